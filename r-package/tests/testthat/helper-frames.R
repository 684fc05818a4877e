# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A table with a column of each class, of which many values are equal and some are missing.
table_of <- function(rows) {
  pick <- function(values) sample(values, rows, replace = TRUE)
  big <- bit64::as.integer64(c("9007199254740993", "-9007199254740993", "5", "-1", "0", NA))
  dplyr::tibble(
    g = pick(c(NA, 1:3)),
    d = replace(round(rnorm(rows), 1), runif(rows) < 0.1, NA),
    i = pick(c(NA, -5:5)),
    l = pick(c(NA, TRUE, FALSE)),
    s = pick(c(NA, "", "a", "b", "Z", "\u00e4")),
    f = factor(pick(c(NA, "x", "y")), levels = c("y", "unused", "x")),
    o = factor(pick(c("low", "mid", "high")), levels = c("low", "mid", "high"), ordered = TRUE),
    day = as.Date("2024-02-27") + pick(c(NA, 0:5)),
    time = as.POSIXct("2024-02-27 12:00:00", tz = "UTC") + pick(c(NA, 0:3) * 3600 * 12),
    b = big[sample.int(length(big), rows, replace = TRUE)],
    w = as.difftime(pick(c(NA, 1, 2.5)), units = "hours"),
    row = seq_len(rows)
  )
}

stored <- function(table, env = parent.frame(), chunk_rows = 1024) {
  path <- withr::local_tempfile(.local_envir = env)
  alx_write_frame(as.data.frame(table), path, chunk_rows = chunk_rows)
}

# A table of two chunks of more rows than are worked on at a time: of three slices, and of one and
# a bit.
long_chunk_rows <- 2.5 * 65536 + 1024
long_table <- function() table_of(long_chunk_rows + 70000)

table_rows <- c(0, 1, 2, 1023, 1024, 1025, 3000)

# The verbs give for a frame what they give for the table that is in it.
expect_as_dplyr <- function(ask, table, frame = stored(table, parent.frame())) {
  found <- dplyr::collect(ask(frame))
  expected <- ask(table)
  # head() is R's own and gives a plain data.frame of any frame.
  if (!dplyr::is.tbl(found)) expected <- as.data.frame(expected)
  testthat::expect_equal(found, expected, label = paste0(deparse1(body(ask)), " of ", nrow(table)))
}

# For tables of every size.
expect_always_as_dplyr <- function(..., sizes = table_rows) {
  asks <- list(...)
  for (rows in sizes) {
    set.seed(rows + 1)
    table <- table_of(rows)
    frame <- stored(table)
    for (ask in asks) {
      expect_as_dplyr(ask, table, frame)
    }
  }
}

expect_unsupported <- function(call, text) {
  found <- rlang::catch_cnd(call, "error")
  testthat::expect_s3_class(found, "alluxior_unsupported")
  testthat::expect_match(conditionMessage(found), text, fixed = TRUE)
  testthat::expect_match(conditionMessage(found), "collect()", fixed = TRUE)
}
