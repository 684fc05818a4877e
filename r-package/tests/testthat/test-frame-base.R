# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

set.seed(12)
table <- random_frame(2500)

test_that("columns are chosen later, rows at once", {
  frame <- stored(table)
  expect_s3_class(frame["double"], "alx_frame")
  expect_identical(names(frame[c("factor", "double")]), c("factor", "double"))
  expect_same_frame(alx_collect(frame[, 3:2]), table[3:2])
  expect_same_frame(alx_collect(frame[-(1:10)]), table[-(1:10)])
  expect_same_frame(alx_collect(frame[rep(c(TRUE, FALSE), 8)]), table[rep(c(TRUE, FALSE), 8)])
  expect_same_frame(alx_collect(frame[]), table)
  expect_same_frame(alx_collect(frame[, ]), table)
  rows <- c(2500, 1, 1024, 1025, 1)
  found <- frame[rows, c("integer", "factor")]
  expect_identical(found$integer, table$integer[rows])
  expect_identical(found$factor, table$factor[rows])
  expect_identical(dim(frame[1:3, ]), c(3L, 16L))
  expect_error(frame["absent"], "not a column", class = "alluxior_invalid")
  expect_error(frame[2501, ], "this frame has 2,500", class = "alluxior_invalid")
  expect_error(frame[1, 1, drop = TRUE], "never simplified", class = "alluxior_invalid")
  expect_unsupported(frame[rep(TRUE, 2500), ], "a condition is for filter()")
  expect_unsupported(frame[-1, ], "rows are chosen by their numbers")
})

test_that("a column is a vector, unless it would be too large", {
  frame <- stored(table)
  for (name in names(table)) {
    expect_identical(frame[[name]], table[[name]])
  }
  expect_identical(frame$integer, table$integer)
  expect_identical(frame[[3]], table[[3]])
  expect_identical(as.list(frame["factor"]), list(factor = table$factor))
  withr::local_options(alluxior.result_bytes = 2500 * 8 - 1)
  expect_identical(frame$integer, table$integer)
  expect_error(frame$double, "'double' could take 20,000 bytes", class = "alluxior_memory")
  expect_identical(nrow(alx_collect(frame)), 2500L)
  expect_error(frame$absent, "not a column", class = "alluxior_invalid")
  expect_error(frame[[c("double", "integer")]], "gives one column", class = "alluxior_invalid")
})

test_that("a frame is never changed", {
  frame <- stored(head(table, 10))
  change <- list(
    function() frame$double <- 1, function() frame[["double"]] <- 1,
    function() frame["double"] <- 1, function() frame[1, 2] <- 1
  )
  for (call in change) {
    expect_unsupported(call(), "a frame is never changed")
  }
  names(frame)[[1]] <- "first"
  expect_identical(alx_collect(frame, "first")[[1]], table$double[1:10])
  expect_error(names(frame) <- rep("a", 16), "cannot be names", class = "alluxior_invalid")
})

test_that("R's own functions tell what there is", {
  frame <- stored(table)
  expect_identical(dim(frame), c(2500, 16))
  expect_length(frame, 16)
  expect_identical(colnames(frame), names(table))
  expect_same_frame(head(frame), head(table))
  expect_same_frame(head(frame, 1025), head(table, 1025))
  expect_same_frame(head(frame, 9999), table)
  expect_error(head(frame, -1), "`n` is -1", class = "alluxior_invalid")
  expect_output(str(frame), "Frame of 2,500 rows and 16 columns")
  expect_output(str(frame), "$ integer64  :integer64", fixed = TRUE)
  expect_output(print(frame), "2,500 rows, 16 columns, 3 chunks")
  expect_identical(utils:::.DollarNames(frame, "^int"), c("integer", "integer64"))
})

test_that("summary() tells of each column what R tells", {
  found <- summary(alx_write_frame(airquality, withr::local_tempfile()))
  expect_identical(found$column, names(airquality))
  expect_identical(found$missing, c(37, 7, 0, 0, 0, 0))
  expect_identical(found$min[[1]], "1")
  expect_identical(found$mean[[1]], format(mean(airquality$Ozone, na.rm = TRUE), digits = 4))
  expect_identical(found$max[[4]], "97")
  expect_output(print(found), "153 rows")
  every <- summary(stored(table))
  expect_identical(every$missing, unname(colSums(sapply(table, is.na))))
  expect_identical(nrow(summary(stored(table[0, ]))), 16L)
})

test_that("chunks and rows of a frame with steps are those of its result", {
  skip_if_not_installed("dplyr")
  frame <- dplyr::filter(stored(table), integer > 5)
  kept <- which(table$integer > 5)
  expect_identical(dim(frame), c(NA, 16))
  second <- kept[kept > 1024 & kept <= 2048]
  expect_identical(alx_read_chunk(frame, 2, "integer")[[1]], table$integer[second])
  expect_identical(frame[c(length(kept), 1), 2][[1]], table[[2]][kept[c(length(kept), 1)]])
  expect_error(frame[length(kept) + 1, ], "not all are numbers of rows", class = "alluxior_invalid")
})
