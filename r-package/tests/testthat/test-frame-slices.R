# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

skip_if_not_installed("dplyr")
suppressPackageStartupMessages(library(dplyr))

test_that("rows come in slices, in their order, each once", {
  set.seed(3)
  table <- long_table()
  frame <- alluxior:::opened(stored(table, chunk_rows = long_chunk_rows))
  slices <- alluxior:::all_slices(frame, c("s", "row"))
  expect_identical(vapply(slices, nrow, 0), c(65536, 65536, 32768 + 1024, 65536, 70000 - 65536))
  expect_identical(do.call(rbind, slices), as.data.frame(table)[c("s", "row")])
  # What was given out stays as it is while more is read.
  next_rows <- alluxior:::row_slices(frame, names(table))
  first <- next_rows()
  while (!is.null(next_rows())) NULL
  expect_identical(first, as.data.frame(table)[1:65536, ])
})

test_that("a chunk that cannot hold a row is no slice", {
  set.seed(3)
  table <- long_table()
  frame <- filter(stored(table, chunk_rows = long_chunk_rows), row > 200000)
  slices <- alluxior:::all_slices(alluxior:::opened(frame), "row")
  expect_length(slices, 2)
  expect_identical(unlist(lapply(slices, `[[`, "row")), 200001:nrow(table))
})

test_that("verbs and algorithms give of slices what they give of a table", {
  set.seed(3)
  table <- long_table()
  frame <- stored(table, chunk_rows = long_chunk_rows)
  asks <- list(
    function(x) summarise(group_by(x, g, f), n = n(), a = sum(row), m = mean(d, na.rm = TRUE)),
    function(x) count(x, s, wt = row),
    function(x) filter(x, row %% 1000 == 1) |> mutate(y = d * 2) |> select(row, y, s),
    function(x) distinct(x, s, o),
    function(x) arrange(x, desc(d), row) |> head(70000),
    function(x) head(x, 70000),
    function(x) filter(x, row > 66000) |> head(3)
  )
  for (ask in asks) expect_as_dplyr(ask, table, frame)
  expect_equal(collect(compute(filter(frame, l), withr::local_tempfile())), filter(table, l))
  expect_equal(
    alx_quantile(frame, "row", seq(0, 1, 0.01)), quantile(table$row, seq(0, 1, 0.01))
  )
  fit <- alx_lm(row ~ d + f, frame)
  expect_equal(coef(fit), coef(lm(row ~ d + f, table)), tolerance = 1e-8)
  expect_equal(alx_table(frame, c("f", "l")), table(table[c("f", "l")]))
})
