# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

skip_if_not_installed("dplyr")
suppressPackageStartupMessages(library(dplyr))

# Chunks of 1024 rows: 1 .. 1024, 1025 .. 2048 and so on, of which the last two are special.
chunked_table <- function() {
  chunks <- 5
  rows <- 1024 * chunks
  chunk <- rep(seq_len(chunks), each = 1024)
  special <- function(x) replace(replace(x, chunk == 4, NA), chunk == 5, NaN)
  data.frame(
    row = seq_len(rows), x = special(as.double(chunk)), chunk = chunk,
    i = replace(chunk, chunk == 4, NA),
    s = c("a", "b", "c", NA, "e")[chunk],
    f = factor(c("z", "y", "x", NA, "v")[chunk], levels = c("z", "y", "x", "w", "v")),
    o = factor(c("p", "q", "r", NA, "t")[chunk], c("p", "q", "r", "s", "t"), ordered = TRUE),
    day = as.Date("2024-01-01") + replace(chunk, chunk == 4, NA),
    time = as.POSIXct("2024-01-01", tz = "UTC") + chunk,
    l = c(TRUE, FALSE, TRUE, NA, FALSE)[chunk],
    b = bit64::as.integer64("9007199254740992") + bit64::as.integer64(chunk),
    inf = c(-Inf, 0, Inf, 1, 2)[chunk]
  )
}

test_that("a chunk is read exactly when what is known of it lets a row pass", {
  table <- chunked_table()
  frame <- stored(table)
  expect_read <- function(ask, chunks) {
    filtered <- ask(frame)
    label <- deparse1(body(ask))
    testthat::expect_identical(chunks_read(filtered), as.integer(chunks), label = label)
    testthat::expect_equal(collect(filtered), as_tibble(ask(table)), label = label)
  }
  expect_read(function(x) filter(x, row > 3000), 3:5)
  expect_read(function(x) filter(x, row >= 2048, row < 2050), 2:3)
  expect_read(function(x) filter(x, between(row, 1025, 2048)), 2)
  expect_read(function(x) filter(x, 4096 < row), 5)
  expect_read(function(x) filter(x, row %in% c(1, 3000)), c(1, 3))
  expect_read(function(x) filter(x, row == 7 | row > 5000), c(1, 5))
  expect_read(function(x) filter(x, (row < 3)), 1)
  expect_read(function(x) filter(x, row < 0), integer())
  expect_read(function(x) filter(x, row < NA), integer())
  expect_read(function(x) filter(x, FALSE), integer())
  # Neither chunk 4, of NA alone, nor chunk 5, of NaN alone, can have such a row.
  expect_read(function(x) filter(x, x >= 2), 2:3)
  expect_read(function(x) filter(x, x > NaN), integer())
  # As text, NaN is "NaN".
  expect_read(function(x) filter(x, x == "NaN"), c(1:3, 5))
  expect_read(function(x) filter(x, s == NaN), c(1:3, 5))
  expect_read(function(x) filter(x, is.na(x)), 4:5)
  expect_read(function(x) filter(x, !is.na(x)), 1:3)
  expect_read(function(x) filter(x, is.na(i)), 4)
  expect_read(function(x) filter(x, !is.na(i), i > 1), c(2, 3, 5))
  expect_read(function(x) filter(x, !(x > 2)), 1:5)
  expect_read(function(x) filter(x, x %in% c(3, NA)), 1:5)
  expect_read(function(x) filter(x, s == "b"), 2)
  expect_read(function(x) filter(x, s == "absent"), integer())
  expect_read(function(x) filter(x, s > "b"), c(1, 2, 3, 5))
  expect_read(function(x) filter(x, f == "y"), 2)
  expect_read(function(x) filter(x, o >= "q"), c(2, 3, 5))
  expect_read(function(x) filter(x, day > as.Date("2024-01-03")), c(3, 5))
  expect_read(function(x) filter(x, time <= as.POSIXct("2024-01-01 00:00:02", tz = "UTC")), 1:2)
  expect_read(function(x) filter(x, l), 1:5)
  expect_read(function(x) filter(x, l == FALSE), c(2, 5))
  expect_read(function(x) filter(x, inf > 1e300), 3)
  expect_read(function(x) filter(x, inf < 0), 1)
  # Not sharper than doubles can tell.
  expect_read(function(x) filter(x, b > bit64::as.integer64("9007199254740992") + 4L), 1:5)
  expect_read(function(x) filter(x, b < 5L), integer())
})

test_that("what is computed is not taken for what is stored", {
  table <- chunked_table()
  frame <- stored(table)
  expect_same <- function(ask, chunks) {
    testthat::expect_identical(chunks_read(ask(frame)), as.integer(chunks))
    testthat::expect_equal(collect(ask(frame)), as_tibble(ask(table)))
  }
  expect_same(function(x) filter(mutate(x, row = -row), row < -5000), 1:5)
  expect_same(function(x) filter(rename(x, line = row, row = x), line > 5000), 5)
  expect_same(function(x) filter(rename(x, line = row, row = chunk), row == 2), 2)
  expect_same(function(x) filter(mutate(x, copy = row), copy == 1), 1)
  expect_same(function(x) filter(filter(x, row < 3000), row > 2048), 3)
  small <- tibble(chunk = 1, v = 2)
  expect_same(function(x) filter(left_join(x, small, by = "chunk"), row > 5000), 5)
})

test_that("alx_explain() and print() tell how many chunks may be read, and of what", {
  frame <- filter(stored(chunked_table()), row > 3000) |> mutate(y = x * 2) |> select(y)
  output <- capture.output(found <- alx_explain(frame))
  expect_identical(found$chunks, 5L)
  expect_identical(found$chunks_read, 3L)
  expect_setequal(found$columns, c("x", "row"))
  expect_identical(output[[1]], "reads 3 of 5 chunks")
  expect_identical(found$steps, c("filter(row > 3000)", "mutate(y = x * 2)", "select(y)"))
  expect_output(print(frame), "5 chunks of which 3 may be read")
})

test_that("only the columns that are needed are read", {
  frame <- stored(chunked_table())
  read <- character()
  ours <- get("fill_from_chunk", asNamespace("alluxior"))
  names <- names(frame)
  with_function("fill_from_chunk", function(frame, i, which, ...) {
    read <<- union(read, names[which])
    ours(frame, i, which, ...)
  }, {
    count(filter(mutate(frame, unused = b + 1L, y = x + 1), y > 2), s)
    expect_setequal(read, c("x", "s"))
    read <- character()
    expect_identical(count(frame)$n, 5120L)
    expect_identical(read, character())
  })
})
