# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a condition has its classes, the remedy and the path", {
  condition <- rlang::catch_cnd(
    abort_alluxio("alluxior_changed", "/{a}: replaced", "Read it again.", path = "/{a}", size = 2)
  )
  expect_s3_class(condition, c("alluxior_changed", "alluxior_error", "rlang_error"), exact = FALSE)
  expect_identical(condition$path, "/{a}")
  expect_identical(condition$size, 2)
  expect_match(conditionMessage(condition), "/{a}: replaced", fixed = TRUE)
  expect_match(conditionMessage(condition), "Read it again.", fixed = TRUE)
})
