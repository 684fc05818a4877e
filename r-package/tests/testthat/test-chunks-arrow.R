# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

present <- c(TRUE, FALSE, TRUE)

test_that("every type that a frame can hold comes as its class, with nulls as NA", {
  third <- function(format, values) taken(x = arrow_values(format, values, 3, present))$x
  expect_identical(third("b", bits(c(TRUE, TRUE, FALSE))), c(TRUE, NA, FALSE))
  expect_identical(third("c", ints(c(-128, 0, 127), 1)), c(-128L, NA, 127L))
  expect_identical(third("C", ints(c(255, 0, 1), 1)), c(255L, NA, 1L))
  expect_identical(third("s", ints(c(-32768, 0, 5), 2)), c(-32768L, NA, 5L))
  expect_identical(third("S", ints(c(65535, 0, 5), 2)), c(65535L, NA, 5L))
  expect_identical(third("i", ints(c(-2147483647, 0, 5), 4)), c(-2147483647L, NA, 5L))
  expect_identical(third("I", ints(c(-1, 0, 5), 4)), c(4294967295, NA, 5))
  long <- bit64::as.integer64(c("-9223372036854775807", NA, "5"))
  expect_identical(third("l", longs(c("-9223372036854775807", "0", "5"))), long)
  expect_identical(third("L", longs(c("9223372036854775807", "0", "5")))[[1]], -long[[1]])
  expect_identical(third("e", as.raw(c(0, 0x3c, 0, 0, 1, 0x80))), c(1, NA, -2^-24))
  expect_identical(third("f", reals(c(0.5, 0, -Inf), 4)), c(0.5, NA, -Inf))
  expect_identical(third("g", reals(c(pi, 0, NaN))), c(pi, NA, NaN))
  days <- structure(c(-1L, NA, 20000L), class = "Date")
  expect_identical(third("tdD", ints(c(-1, 0, 20000), 4)), days)
  day <- structure(c(1.5, NA, 0), class = "Date")
  expect_identical(third("tdm", longs(c("129600000", "0", "0"))), day)
  in_berlin <- structure(c(1.5, NA, 0), class = time_class, tzone = "Europe/Berlin")
  expect_identical(third("tsm:Europe/Berlin", longs(c("1500", "0", "0"))), in_berlin)
  in_utc <- structure(in_berlin, tzone = "UTC")
  expect_identical(third("tsu:", longs(c("1500000", "0", "0"))), in_utc)
  expect_identical(third("tsn:UTC", longs(c("1500000000", "0", "0"))), in_utc)
  expect_identical(third("tss:", longs(c("1", "0", "0")))[[1]], in_utc[[1]] - 0.5)
  span <- structure(c(1.5, NA, 0), class = "difftime", units = "secs")
  expect_identical(third("ttm", ints(c(1500, 0, 0), 4)), span)
  expect_identical(third("ttn", longs(c("1500000000", "0", "0"))), span)
  expect_identical(third("tDu", longs(c("1500000", "0", "0"))), span)
  none <- list(format = "n", length = 3, nulls = 3, buffers = list())
  expect_identical(taken(x = none)$x, rep(NA, 3))
  expect_identical(arrow_counts(), c(0L, 0L))
})

test_that("a float64's own NaN is no NA, whatever its bits", {
  bits_of_na <- reals(NA_real_)
  expect_identical(taken(x = arrow_values("g", bits_of_na, 1))$x, NaN)
})

test_that("strings come with any character, and dictionaries as factors", {
  words <- c("", NA, "\u4e2d\u6587", "a")
  expect_identical(taken(x = arrow_strings(words))$x, words)
  expect_identical(taken(x = arrow_strings(words, "U"))$x, words)
  codes <- function(format, size, ...) {
    words <- arrow_strings(c("b", "a"))
    arrow_values(format, ints(c(1, 0, 0), size), 3, present, dictionary = words, ...)
  }
  expected <- factor(c("a", NA, "b"), levels = c("b", "a"))
  expect_identical(taken(x = codes("c", 1))$x, expected)
  expect_identical(taken(x = codes("S", 2))$x, expected)
  expect_identical(taken(x = codes("i", 4, flags = 1))$x, as.ordered(expected))
  expect_identical(arrow_counts(), c(0L, 0L))
})

test_that("slices begin where their offsets say, of columns and of batches", {
  column <- arrow_values("i", ints(1:10, 4), 7, offset = 3)
  words <- arrow_strings(letters[1:10])
  words$length <- 7
  words$offset <- 3
  expect_identical(taken(x = column, y = words), data.frame(x = 4:10, y = letters[4:10]))
  later <- arrow_record(x = column, y = words, offset = 2, length = 4)
  frame <- alx_arrow_batches(exported(list(later)))()
  expect_identical(frame, data.frame(x = 6:9, y = letters[6:9]))
  nulls <- arrow_values("i", ints(1:10, 4), 2, rep(c(TRUE, FALSE), 5), offset = 8)
  expect_identical(taken(x = nulls)$x, c(9L, NA))
})

test_that("batches become a frame of chunks, and levels may differ from batch to batch", {
  batch <- function(from, words, levels) {
    codes <- arrow_values("i", ints(c(0, 1), 4), 2, dictionary = arrow_strings(levels))
    arrow_record(n = arrow_values("l", longs(from + 0:1), 2), s = arrow_strings(words), f = codes)
  }
  batches <- list(batch(1, c("x", NA), c("a", "b")), batch(3, c("y", "x"), c("b", "c")))
  frame <- alx_write_frame(alx_arrow_batches(exported(batches)), withr::local_tempfile())
  expected <- data.frame(s = c("x", NA, "y", "x"), f = factor(c("a", "b", "b", "c")))
  expect_identical(alx_collect(frame, c("s", "f")), expected)
  expect_identical(alx_collect(frame)$n, bit64::as.integer64(1:4))
  expect_identical(arrow_counts(), c(0L, 0L))
})

test_that("a stream without rows has its columns, one without columns its rows", {
  none <- arrow_record(x = arrow_values("i", raw(), 0))
  expect_identical(alx_arrow_batches(exported(list(none)))(), data.frame(x = integer()))
  bare <- arrow_record(length = 3)
  expect_identical(alx_arrow_batches(exported(list(bare)))(), no_columns(3))
})

test_that("what a frame cannot hold is refused by name, and everything is released once", {
  refused <- function(column, text) {
    good <- arrow_values("i", ints(1, 4), 1)
    expect_error(taken(good = good, bad = column), text, fixed = TRUE, class = "alluxior_invalid")
  }
  one <- function(format, values = raw(16), ...) arrow_values(format, values, 1, ...)
  for (format in c("z", "Z", "vu", "vz", "w:16", "d:10,2", "tiM", "tin", "+l", "+s", "+m", "?")) {
    refused(one(format), paste0("'bad' is of Arrow's type '", format, "'"))
  }
  refused(one("i", dictionary = one("i")), "'bad' is of Arrow's type 'i'")
  refused(one("i", ints(NA, 4)), "'bad': row 1 of its batch: -2147483648 is NA in R")
  refused(one("l", longs(NA)), "integer64 does not have: cast the column to float64")
  refused(one("L", longs("-1")), "integer64 does not have")
  twice <- arrow_strings(c("a", "a"))
  refused(one("i", ints(0, 4), dictionary = twice), "two equal strings")
  refused(one("i", ints(0, 4), dictionary = arrow_strings(NA_character_)), "with a null")
  refused(one("i", ints(1, 4), dictionary = arrow_strings("a")), "a code that its dictionary")
  refused(one("i", ints(-1, 4), dictionary = arrow_strings("a")), "a code that its dictionary")
  expect_identical(arrow_counts(), c(0L, 0L))
})

test_that("a producer that breaks the rules is an error, and no crash", {
  refused <- function(record, text) {
    expect_error(alx_arrow_batches(exported(list(record)))(), text, class = "alluxior_invalid")
  }
  int <- arrow_values("i", ints(1:3, 4), 3)
  refused(arrow_record(x = int, length = 4), "column 'x': it has fewer rows than its batch")
  refused(arrow_record(x = int, offset = 1), "fewer rows")
  refused(arrow_record(x = int, offset = -1), "does not fit its schema")
  with_buffers <- function(column, ...) replace(column, "buffers", list(list(...)))
  refused(arrow_record(x = with_buffers(int, NULL)), "1 buffers, and its type has 2")
  refused(arrow_record(x = arrow_values("i", NULL, 3)), "its values are missing")
  strings <- arrow_strings(c("ab", "c"))
  unordered <- with_buffers(strings, NULL, ints(c(2, 0, 1), 4), as.raw(65:67))
  refused(arrow_record(x = unordered), "not in its data")
  zero <- with_buffers(strings, NULL, ints(c(0, 2, 3), 4), as.raw(c(65, 0, 66)))
  refused(arrow_record(x = zero), "zero byte")
  rows <- with_buffers(arrow_record(x = int), as.raw(3))
  rows$nulls <- 1
  refused(rows, "rows as a whole are null")
  refused(int, "not of records")
  refused("fails", "failed to give a schema: the disk is gone")
  expect_identical(arrow_counts(), c(0L, 0L))
})

test_that("a failure in the middle leaves neither a frame nor anything that is not released", {
  path <- withr::local_tempfile()
  good <- arrow_record(x = arrow_values("i", ints(1, 4), 1))
  batches <- alx_arrow_batches(exported(list(good, "fails")))
  expect_error(alx_write_frame(batches, path), "the disk is gone", class = "alluxior_invalid")
  expect_error(batches(), "read already", class = "alluxior_invalid")
  expect_identical(list.files(path), character())
  expect_identical(arrow_counts(), c(0L, 0L))
})

test_that("a stream that nobody reads is released with its object", {
  exported(list(arrow_record(x = arrow_values("i", ints(1, 4), 1))))
  expect_identical(arrow_counts(), c(0L, 0L))
})

test_that("what is no stream, or an empty one, says what to do", {
  expect_error(alx_arrow_batches("s"), "alx_arrow_stream", class = "alluxior_invalid")
  expect_error(alx_arrow_batches(alx_arrow_stream())(), "exported", class = "alluxior_invalid")
  saved <- unserialize(serialize(alx_arrow_stream(), NULL))
  expect_error(alx_arrow_batches(saved)(), "another R session", class = "alluxior_invalid")
  expect_output(print(alx_arrow_stream()), "<alx_arrow_stream> to be exported to at [0-9]+")
})

test_that("nothing of Arrow's entry points is collected while it is used", {
  arrow_producer()
  codes <- arrow_values("i", ints(c(0, 1), 4), 2, dictionary = arrow_strings(c("a", "b")))
  numbers <- arrow_values("g", reals(1:2), 2)
  batches <- list(arrow_record(x = codes, y = arrow_strings(c("u", NA)), z = numbers))
  gctorture(TRUE)
  withr::defer(gctorture(FALSE))
  stream <- .Call(alx_c_arrow_new)
  .Call(getNativeSymbolInfo("produce"), batches, .Call(alx_c_arrow_address, stream))
  batch <- .Call(alx_c_arrow_next, stream)
  end <- .Call(alx_c_arrow_next, stream)
  failure <- .Call(alx_c_arrow_next, stream)
  gctorture(FALSE)
  expect_identical(batch$rows, 2L)
  expect_identical(batch$columns[[2]]$values, c("u", NA))
  expect_identical(batch$columns[[1]]$levels, c("a", "b"))
  expect_null(end)
  expect_named(failure, c("class", "text"))
  expect_identical(arrow_counts(), c(0L, 0L))
})
