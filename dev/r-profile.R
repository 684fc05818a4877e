# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# What `dev/r` runs R with: an empty repository, so that no step asks the network.
local({
  empty <- file.path(tempdir(), "empty-repository")
  dir.create(file.path(empty, "src", "contrib"), recursive = TRUE, showWarnings = FALSE)
  file.create(file.path(empty, "src", "contrib", "PACKAGES"))
  options(repos = c(CRAN = paste0("file://", empty)))
})
