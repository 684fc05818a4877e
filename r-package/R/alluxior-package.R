# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' @keywords internal
"_PACKAGE"

#' @useDynLib alluxior, .registration = TRUE
NULL
