# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

strings <- c("", "a", "NA", "\u00e4", "\u4e2d\u6587", "\U1F600", "a\nb\t\"\\", "\u0001\u007f")

time_class <- c("POSIXct", "POSIXt")

# A frame with a column of every class that the format holds, with every value that is special.
random_frame <- function(rows) {
  pick <- function(values) sample(values, rows, replace = TRUE)
  frame <- list(
    double = pick(c(NA, NaN, Inf, -Inf, -0, 0, 1e-310, .Machine$double.xmax, rnorm(50))),
    whole = rnorm(rows),
    integer = pick(c(NA, -.Machine$integer.max, .Machine$integer.max, 0L, 1:20)),
    logical = pick(c(NA, TRUE, FALSE)),
    none = rep(NA, rows),
    character = pick(c(NA, strings)),
    factor = factor(pick(c(NA, "b", "a")), levels = c("c", "b", "a")),
    ordered = factor(pick(c("low", "high")), levels = c("low", "high"), ordered = TRUE),
    with_na = addNA(factor(pick(c(NA, "x")))),
    integer64 = pick(c(NA, 0, 5e-324, rnorm(3))),
    Date = structure(pick(c(NA, -1, 0, 18000.5)), class = "Date"),
    day = structure(pick(c(NA, 1:9)), class = "Date"),
    zoned = structure(pick(c(NA, 0, 1.6e9 + 1e-3)), class = time_class, tzone = "Asia/Tokyo"),
    here = structure(pick(c(NA, 1e9)), class = time_class),
    empty_zone = structure(pick(c(NA, 1e9)), class = time_class, tzone = ""),
    difftime = structure(pick(c(NA, -1.5, 3)), class = "difftime", units = "hours")
  )
  class(frame$integer64) <- "integer64"
  names(frame)[[2]] <- "whole \u00e4 \"x\""
  structure(frame, row.names = .set_row_names(rows), class = "data.frame")
}

bits_of <- function(x) writeBin(as.double(x), raw())

# Doubles by their bits: -0 is not 0, and NA is not NaN.
expect_same_frame <- function(found, expected) {
  testthat::expect_identical(found, expected)
  bits <- function(frame) lapply(Filter(is.double, frame), function(x) bits_of(unclass(x)))
  testthat::expect_identical(bits(found), bits(expected))
}

frame_file <- function(path, pattern) list.files(path, pattern = pattern, full.names = TRUE)

frame_of_two_chunks <- function(env = parent.frame()) {
  set.seed(5)
  path <- withr::local_tempfile(.local_envir = env)
  frame <- alx_write_frame(random_frame(1500), path, chunk_rows = 1024)
  list(path = path, frame = frame, chunk = frame_file(path, "000001[.]alxf$"))
}

# A function that gives the elements of a list one after the other, and then NULL.
batches_of <- function(batches) {
  given <- 0
  function() {
    given <<- given + 1
    if (given <= length(batches)) batches[[given]]
  }
}

no_columns <- function(rows) {
  structure(list(), names = character(), row.names = .set_row_names(rows), class = "data.frame")
}
