# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

numbers <- function(rows = 5000) {
  set.seed(4)
  data.frame(
    x = c(rnorm(rows - 4), Inf, -Inf, 1e300, -1e-310), ties = sample(-3:3, rows, TRUE) / 2,
    whole = sample(c(NA, 1:50), rows, TRUE), zero = rep(c(-0, 0), rows / 2)
  )
}

test_that("quantiles of every type are exact", {
  data <- numbers()
  frame <- as_frame(data)
  probs <- c(0, 1e-4, 0.1, 0.25, 1 / 3, 0.5, 0.77, 0.999, 1)
  for (type in 1:9) {
    for (column in c("x", "ties", "zero")) {
      expect_equal(
        alx_quantile(frame, column, probs, type = type),
        quantile(data[[column]], probs, type = type), tolerance = 1e-14
      )
    }
    expect_equal(
      alx_quantile(frame, "whole", probs, na.rm = TRUE, type = type),
      quantile(data$whole, probs, na.rm = TRUE, type = type), tolerance = 1e-14
    )
  }
  expect_identical(alx_quantile(frame, "x", c(0.5, NA)), quantile(data$x, c(0.5, NA)))
  expect_identical(
    alx_quantile(frame, "x", 0.5, names = FALSE), quantile(data$x, 0.5, names = FALSE)
  )
  expect_error(alx_quantile(frame, "whole"), class = "alluxior_invalid")
  expect_error(alx_quantile(frame, "x", 2))
})

test_that("quantiles are exact by counting alone, too", {
  data <- numbers()
  data$near <- 1 + seq_along(data$x) * .Machine$double.eps
  frame <- as_frame(data)
  template <- alluxior:::frame_template(frame, "near")
  for (column in c("x", "near", "ties")) {
    template <- alluxior:::frame_template(frame, column)
    start <- alluxior:::count_values(frame, template)
    ranks <- c(1, 2, 777, 2500, 4999, 5000)
    found <- alluxior:::order_statistics(frame, template, start, ranks, gather_limit = 0)
    expect_identical(found, sort(data[[column]])[ranks])
  }
  # More ranks than are looked for at a time.
  ranks <- c(5000, seq(1, 4999, 100), NA)
  found <- alluxior:::order_statistics(frame, template, start, ranks, gather_limit = 0)
  expect_identical(found, sort(data$ties)[ranks])
})

test_that("few rows, none, and times", {
  data <- data.frame(
    day = as.Date("2026-01-01") + 0:9, time = .POSIXct(c(1:9, NA), "UTC"), n = c(1:9, NA)
  )
  frame <- as_frame(data)
  expect_equal(alx_quantile(frame, "day", 0.5, type = 1), quantile(data$day, 0.5, type = 1))
  expect_equal(alx_median(frame, "day"), median(data$day))
  expect_equal(alx_median(frame, "time", na.rm = TRUE), median(data$time, na.rm = TRUE))
  expect_identical(alx_median(frame, "n"), median(data$n))
  expect_identical(alx_median(frame, "n", na.rm = TRUE), median(data$n, na.rm = TRUE))
  expect_identical(alx_median(as_frame(data[1:4, ]), "n"), median(1:4))
  expect_identical(alx_median(as_frame(data[0, ]), "n"), median(integer()))
  expect_equal(alx_quantile(as_frame(data[0, ]), "n"), quantile(numeric()))
  expect_equal(alx_quantile(as_frame(data[1, ]), "n"), quantile(1))
  expect_error(alx_median(as_frame(data.frame(s = "a")), "s"), class = "alluxior_invalid")
})
