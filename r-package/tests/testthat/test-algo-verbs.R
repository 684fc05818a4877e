# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Verbs first, an algorithm afterwards: what the verbs leave is what it sees.

verbs_frame <- function() {
  rows <- data.frame(
    x = seq_len(2500) / 7, y = sin(seq_len(2500)), kind = factor(rep_len(c("a", "b", "c"), 2500)),
    word = rep_len(c("one", "two"), 2500)
  )
  alx_write_frame(rows, withr::local_tempfile(.local_envir = parent.frame()), chunk_rows = 1024)
}

test_that("an algorithm sees what the verbs leave", {
  skip_if_not_installed("dplyr")
  frame <- verbs_frame()
  some <- dplyr::mutate(dplyr::filter(frame, x > 100, kind != "b"), z = x * y)
  plain <- alx_collect(some)
  expect_gt(nrow(plain), 0)
  expect_lt(nrow(plain), 2500)
  expect_equal(coef(alx_lm(z ~ x + kind, some)), coef(lm(z ~ x + kind, plain)), tolerance = 1e-8)
  expect_equal(alx_quantile(some, "z", 0.3), quantile(plain$z, 0.3))
  expect_equal(c(alx_table(some, "kind")), c(table(plain$kind)))
  expect_equal(c(alx_summary(some)), c(summary(plain)))
})
