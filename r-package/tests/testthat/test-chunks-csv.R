# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

csv_of <- function(lines, env = parent.frame()) {
  file <- withr::local_tempfile(.local_envir = env)
  writeLines(lines, file)
  file
}

written_from <- function(file, ...) {
  alx_collect(alx_write_frame(alx_csv_batches(file, ...), withr::local_tempfile()))
}

test_that("a csv file in batches is what read.csv() makes of it at once", {
  set.seed(8)
  frame <- data.frame(
    n = c(NA, seq_len(99)), x = c(rnorm(99), NA),
    `a name` = sample(c("p, q", "\"r\"", "line\nend"), 100, TRUE),
    ok = rep_len(c(TRUE, FALSE, NA), 100), check.names = FALSE
  )
  file <- withr::local_tempfile()
  utils::write.csv(frame, file, row.names = FALSE)
  for (rows in c(1, 7, 50, 99, 100, 1000)) {
    found <- written_from(file, rows, colClasses = c("integer", "numeric", "character", "logical"))
    expect_identical(found, utils::read.csv(file, check.names = FALSE))
  }
})

test_that("options reach read.csv(), and classes of the user's hold in every batch", {
  file <- csv_of(c("d;f;v", "2026-11-28;b;1,5", "2026-11-29;a;-", "2026-11-30;c;2"))
  found <- written_from(
    file, 1,
    sep = ";", dec = ",", na.strings = "-", colClasses = c(d = "Date", f = "factor", v = "numeric")
  )
  expect_identical(found, data.frame(
    d = as.Date("2026-11-28") + 0:2, f = factor(c("b", "a", "c"), levels = c("b", "a", "c")),
    v = c(1.5, NA, 2)
  ))
})

test_that("what does not fit is an error that says how to go on, and leaves nothing", {
  path <- withr::local_tempfile()
  refused <- function(lines, text) {
    batches <- alx_csv_batches(csv_of(lines), 2)
    found <- expect_error(alx_write_frame(batches, path), text, class = "alluxior_invalid")
    expect_match(found$remedy, "colClasses")
    expect_length(list.files(path), 0)
  }
  refused(c("a", "1", "2", "x"), "expected 'an integer', got 'x'")
  refused(c("a,b", "1,2", "3,4", "5"), "did not have 2 elements")
  expect_error(alx_csv_batches(tempfile()), class = "alluxior_not_found")
  expect_error(alx_csv_batches(csv_of("a"), 0), class = "alluxior_invalid")
})

test_that("a file of a header alone is a frame without rows", {
  expect_identical(dim(written_from(csv_of("a,b"))), c(0L, 2L))
})
