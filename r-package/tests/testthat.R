# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

library(testthat)
library(alluxior)

test_check("alluxior")
