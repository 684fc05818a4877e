# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a frame comes back as it was written, at every number of rows around a chunk's", {
  set.seed(1)
  for (rows in c(0, 1, 2, 7, 8, 9, 1023, 1024, 1025, 2047, 2048, 2049, 5000)) {
    path <- withr::local_tempfile()
    written <- random_frame(rows)
    frame <- alx_write_frame(written, path, chunk_rows = 1024)
    expect_same_frame(alx_collect(frame), written)
    expect_identical(dim(frame), dim(written) + 0)
    expect_identical(names(frame), names(written))
    expect_length(frame_file(path, "[.]alxf$"), ceiling(rows / 1024))
    alx_verify_frame(alx_open_frame(path))
  }
})

test_that("chunk by chunk, by columns and by rows, it is the same frame", {
  set.seed(2)
  written <- random_frame(3000)
  frame <- alx_write_frame(written, withr::local_tempfile(), chunk_rows = 1024)
  chunks <- list(1:1024, 1025:2048, 2049:3000)
  for (i in 1:3) {
    expected <- written[chunks[[i]], c("factor", "double")]
    row.names(expected) <- NULL
    expect_same_frame(alx_read_chunk(frame, i, c("factor", "double")), expected)
  }
  for (rows in list(3000:1, c(1, 1, 2049, 1024, 1025), integer(), sample(3000, 100))) {
    expected <- as.list(written)
    expected <- lapply(expected, function(x) structure(.subset(x, rows), class = oldClass(x)))
    found <- alx_collect(frame, rows = rows)
    expect_identical(nrow(found), length(rows))
    expect_identical(lapply(found, as.vector), lapply(written[rows, ], as.vector))
  }
  expect_same_frame(alx_collect(frame, 3:2), written[3:2])
})

test_that("batches of any size make the same frame as one data.frame", {
  set.seed(3)
  written <- random_frame(5000)
  for (sizes in list(rep(100, 50), c(0, 4999, 1), c(1024, 1024, 1024, 1928), c(2500, 0, 2500))) {
    batches <- unname(split(written, factor(rep(seq_along(sizes), sizes), seq_along(sizes))))
    batches <- lapply(batches, `row.names<-`, NULL)
    frame <- alx_write_frame(batches_of(batches), withr::local_tempfile(), chunk_rows = 1024)
    expect_same_frame(alx_collect(frame), written)
  }
})

test_that("a later batch may bring new levels to a factor, and new strings", {
  batches <- list(
    data.frame(f = factor(c("b", "a")), s = c("x", NA)),
    data.frame(f = factor(c("c", "a", NA)), s = c("y", "x", "z"))
  )
  path <- withr::local_tempfile()
  frame <- alx_write_frame(batches_of(batches), path)
  expect_identical(
    alx_collect(frame),
    data.frame(
      f = factor(c("b", "a", "c", "a", NA), levels = c("a", "b", "c")),
      s = c("x", NA, "y", "x", "z")
    )
  )
  batches[[1]]$f <- as.ordered(batches[[1]]$f)
  batches[[2]]$f <- as.ordered(batches[[2]]$f)
  expect_error(
    alx_write_frame(batches_of(batches), withr::local_tempfile()), "'f' has other levels",
    class = "alluxior_invalid"
  )
})

test_that("a frame without columns keeps its rows", {
  frame <- alx_write_frame(no_columns(1500), withr::local_tempfile(), chunk_rows = 1024)
  expect_identical(dim(frame), c(1500, 0))
  expect_identical(alx_collect(frame), no_columns(1500))
  expect_identical(alx_read_chunk(frame, 2), no_columns(476))
})

test_that("row names are dropped with a warning", {
  rlang::reset_warning_verbosity("alluxior_row_names")
  path <- withr::local_tempfile()
  expect_warning(alx_write_frame(mtcars, path), class = "alluxior_row_names")
  expect_identical(alx_collect(alx_open_frame(path)), `row.names<-`(mtcars, NULL))
})

test_that("what the format does not hold is refused by name, and nothing is written", {
  path <- withr::local_tempfile()
  refused <- list(
    list = I(list(1, 2)), complex = c(1i, 2), raw = as.raw(1:2),
    lt = I(as.POSIXlt(c("2020-01-01", "2020-01-02"))),
    numeric_version = numeric_version(c("1", "2")),
    labelled = structure(1:2, label = "weight"), matrix = matrix(1:4, 2),
    zones = structure(c(0, 1), class = c("POSIXct", "POSIXt"), tzone = c("", "CET", "CEST")),
    latin = c("a\xff", NA), level = factor(c("a\xff", NA))
  )
  for (name in names(refused)) {
    frame <- structure(refused[name], row.names = 1:2, class = "data.frame")
    found <- rlang::catch_cnd(alx_write_frame(frame, path), "error")
    expect_s3_class(found, "alluxior_invalid")
    expect_match(conditionMessage(found), paste0("column '", name, "'"), fixed = TRUE)
    expect_identical(list.files(path, all.files = TRUE, no.. = TRUE), character())
  }
  invalid <- function(...) expect_error(alx_write_frame(...), class = "alluxior_invalid")
  invalid(1:3, path)
  invalid(function() NULL, path)
  invalid(data.frame(a = 1, a = 2, check.names = FALSE), path)
  invalid(data.frame(a = 1), path, chunk_rows = 1000)
  invalid(data.frame(a = 1), path, chunk_rows = c(1024, 2048))
  invalid(data.frame(a = 1, b = 2), path, chunk_rows = 2^27)
  invalid(batches_of(list(data.frame(a = 1), data.frame(b = 1))), path)
  expect_error(
    alx_write_frame(batches_of(list(data.frame(a = 1L), data.frame(a = 0.5))), path),
    "'a' is double (float64) in a batch and was integer (int32)",
    fixed = TRUE
  )
  strings <- data.frame(s = sprintf("%d", seq_len(2^20 + 1)))
  expect_error(alx_write_frame(strings, path), "'s' has more than 1048576 different strings")
})

test_that("questions that cannot be answered name what is wrong", {
  frame <- alx_write_frame(airquality, withr::local_tempfile())
  invalid <- function(call, text) expect_error(call, text, class = "alluxior_invalid")
  invalid(alx_collect(frame, c("Temp", "temp")), "\"temp\" is not a column")
  invalid(alx_collect(frame, c(1, 1)), "given twice")
  invalid(alx_collect(frame, 7), "7 is not a column")
  invalid(alx_collect(frame, rows = 154), "this frame has 153")
  invalid(alx_collect(frame, rows = c(1, NA)), "not all are numbers of rows")
  invalid(alx_collect(frame, rows = 1.5), "not all are numbers of rows")
  invalid(alx_read_chunk(frame, 2), "no chunk 2")
  invalid(alx_collect(airquality), "Open it first")
  expect_error(alx_open_frame(withr::local_tempfile()), class = "alluxior_not_found")
})

test_that("a frame that was replaced says so to those who read the former one", {
  path <- withr::local_tempfile()
  former <- alx_write_frame(data.frame(x = 1:2000), path, chunk_rows = 1024)
  expect_error(alx_write_frame(data.frame(x = 1), path), class = "alluxior_exists")
  expect_identical(alx_collect(former), data.frame(x = 1:2000))

  replaced <- alx_write_frame(data.frame(y = 2), path, overwrite = TRUE)
  expect_identical(alx_collect(replaced), data.frame(y = 2))
  expect_length(list.files(path), 2)
  expect_error(alx_collect(former), class = "alluxior_changed")
  expect_error(alx_read_chunk(former, 2), class = "alluxior_changed")
})

test_that("a write that fails leaves the former frame, and nothing of its own", {
  path <- withr::local_tempfile()
  former <- alx_write_frame(data.frame(x = 1:2000), path, chunk_rows = 1024)
  before <- list.files(path)
  batches <- list(data.frame(x = 1:3000), data.frame(x = "a"))
  expect_error(
    alx_write_frame(batches_of(batches), path, chunk_rows = 1024, overwrite = TRUE),
    class = "alluxior_invalid"
  )
  expect_identical(list.files(path), before)
  expect_identical(alx_collect(former), data.frame(x = 1:2000))
})

test_that("of two writers that meet, the second fails", {
  path <- withr::local_tempfile()
  alx_write_frame(data.frame(x = 1), path)
  meet <- function() {
    alx_write_frame(data.frame(x = 2), path, overwrite = TRUE)
    NULL
  }
  batches <- list(data.frame(x = 3))
  given <- batches_of(batches)
  expect_error(
    alx_write_frame(function() rlang::`%||%`(given(), meet()), path, overwrite = TRUE),
    "another writer", class = "alluxior_exists"
  )
  expect_identical(alx_collect(alx_open_frame(path)), data.frame(x = 2))
  expect_length(list.files(path), 2)
})

test_that("only a frame's folder is written to", {
  path <- withr::local_tempdir()
  writeLines("mine", file.path(path, "notes.txt"))
  expect_error(
    alx_write_frame(airquality, path, overwrite = TRUE), "notes.txt",
    class = "alluxior_exists"
  )
  expect_identical(list.files(path), "notes.txt")
})

test_that("the state of R's random numbers is left alone", {
  set.seed(4)
  before <- .Random.seed
  alx_write_frame(airquality, withr::local_tempfile())
  expect_identical(.Random.seed, before)
})
