# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

skip_if_not_installed("dplyr")
suppressPackageStartupMessages(library(dplyr))

test_that("select() and its kin give the columns that they give of a table", {
  expect_always_as_dplyr(
    function(x) select(x, d, i),
    function(x) select(x, where(is.numeric), -row),
    function(x) select(x, new = s, starts_with("d")),
    function(x) rename(x, first = g, last = row),
    function(x) rename_with(x, toupper, c(d, i)),
    function(x) relocate(x, row, .after = d),
    function(x) select(rename(x, y = d), y) |> rename(z = y) |> filter(z > 0),
    function(x) x
  )
})

test_that("filter() gives the rows that it gives of a table", {
  limit <- 0.5
  expect_always_as_dplyr(
    function(x) filter(x, d > limit),
    function(x) filter(x, d > limit, i < 3 | is.na(l)),
    function(x) filter(x, !is.na(s), s %in% c("a", "\u00e4", "zz")),
    function(x) filter(x, s == "a"),
    function(x) filter(x, s != "absent"),
    function(x) filter(x, f == "x" | f == "absent"),
    function(x) filter(x, o >= "mid"),
    function(x) filter(x, day == as.Date("2024-02-29")),
    function(x) filter(x, day > "2024-02-29"),
    function(x) filter(x, time >= as.POSIXct("2024-02-28", tz = "UTC")),
    function(x) filter(x, b == bit64::as.integer64("9007199254740993")),
    function(x) filter(x, b > 0L),
    function(x) filter(x, w > 2),
    function(x) filter(x, l),
    function(x) filter(x, !l),
    function(x) filter(x, between(row, 1000, 1030)),
    function(x) filter(x, row == 1024 | row == 1025),
    function(x) filter(x, 1000 < row, 2000L >= row),
    function(x) filter(x, row %in% c(1, 2049)),
    function(x) filter(x, is.na(d), row > 5),
    function(x) filter(x, FALSE),
    function(x) filter(x, TRUE),
    function(x) filter(x),
    function(x) filter(x, NA),
    function(x) filter(x, .data$row > .env$limit),
    function(x) filter(x, .data[["row"]] > !!limit),
    function(x) filter(x, {{ limit }} < d)
  )
})

test_that("mutate() gives the columns that it gives of a table", {
  breaks <- c(-10, 0, 1, 10)
  expect_always_as_dplyr(
    function(x) mutate(x, a = d * 2 + i, b2 = a > 0, d = -d),
    function(x) mutate(x, i + 1L),
    function(x) mutate(x, k = 5, name = "text", none = NA),
    function(x) mutate(x, s = NULL, q = i %/% 2L, r = i %% 3L, e = d^2, h = i / 2),
    function(x) transmute(x, row, big = b * 2L, n = nchar(s)),
    function(x) mutate(x, a = abs(d), c = ceiling(d), e = exp(d), f2 = floor(d), g2 = round(d)),
    function(x) mutate(x, a = round(d * 1.37, 1), b3 = log1p(abs(d)), c = log(abs(d) + 1, 2)),
    function(x) mutate(x, a = pmin(d, i, na.rm = TRUE), c = pmax(i, 2L)),
    function(x) mutate(x, a = if_else(d > 0, "up", "down"), c = if_else(l, i, 0L, -1L)),
    function(x) mutate(x, a = case_when(d > 1 ~ "a", i > 0 ~ s, TRUE ~ "else")),
    function(x) mutate(x, a = coalesce(d, 0), c = coalesce(i, row), e = na_if(s, "a")),
    function(x) mutate(x, a = paste(s, i), c = paste0("x", f), e = paste(s, s, sep = "-")),
    function(x) mutate(x, a = toupper(s), c = substr(s, 1, 1), e = startsWith(s, "a")),
    function(x) mutate(x, a = grepl("^a", s), c = sub("a", "b", s), e = gsub("[ab]", "", s)),
    function(x) mutate(x, a = sprintf("%05.1f", d), c = trimws(s), e = endsWith(s, "a")),
    function(x) mutate(x, a = as.integer(d), c = as.character(i), e = as.numeric(i)),
    function(x) mutate(x, a = as.character(f), c = as.integer(f), e = as.logical(i)),
    function(x) mutate(x, a = as.character(day), c = as.numeric(day), e = day + 1),
    function(x) mutate(x, a = format(day, "%Y"), c = format(time, "%H:%M"), e = weekdays(day)),
    function(x) mutate(x, a = as.Date(time), c = time + 60, e = as.numeric(time)),
    function(x) mutate(x, a = as.Date(paste0("2024-01-0", 1L), "%Y-%m-%d")),
    function(x) mutate(x, a = difftime(time, time + 5, units = "secs"), c = day - day),
    function(x) mutate(x, a = as.numeric(w, units = "mins"), c = w * 2),
    function(x) mutate(x, a = factor(s, levels = c("a", "b")), c = cut(d, breaks)),
    function(x) mutate(x, a = findInterval(i, breaks), c = match(s, c("b", "a"))),
    function(x) mutate(x, a = is.na(b), c = b + 1L, e = b > 3L, h = -b),
    function(x) mutate(x, a = xor(l, d > 0), c = !l, e = l & NA),
    function(x) mutate(x, a = between(d, -1, 1), c = near(d, 1)),
    function(x) mutate(filter(x, d > 0), a = d * 2) |> filter(a > 1) |> select(a, row)
  )
})

test_that("ifelse() gives the type of its values, where R has a logical for no rows", {
  expect_always_as_dplyr(function(x) mutate(x, a = ifelse(row > 5, 1, d)), sizes = table_rows[-1])
  expect_identical(collect(mutate(stored(table_of(0)), a = ifelse(row > 5, 1, d)))$a, double())
})

test_that("a step that leaves no rows of a chunk leaves the columns as they are", {
  table <- table_of(3000)
  expect_as_dplyr(function(x) filter(x, row > 2500, i > 0) |> mutate(a = b + 1L, c = s), table)
})

test_that("arrange(), head() and their kin give the rows that they give of a table", {
  expect_always_as_dplyr(
    function(x) arrange(x, d),
    function(x) arrange(x, desc(d), row),
    function(x) arrange(x, s, desc(i)),
    function(x) arrange(x, desc(day), time, -i),
    function(x) arrange(x, f, desc(o)),
    function(x) arrange(x, b) |> head(7),
    function(x) arrange(x, desc(b)) |> head(1500),
    function(x) arrange(x, desc(l), d + i) |> head(10),
    function(x) arrange(filter(x, i > 0), d) |> slice_head(n = 3),
    function(x) arrange(arrange(x, d), i),
    function(x) arrange(group_by(x, g, s), d, .by_group = TRUE),
    function(x) slice_head(filter(x, d > 1), n = 5),
    function(x) head(x, 1030),
    function(x) head(x, 0)
  )
})

test_that("slice_sample() draws the rows that dplyr draws", {
  expect_always_as_dplyr(
    function(x) withr::with_seed(1, slice_sample(x, n = 10)),
    function(x) withr::with_seed(2, slice_sample(filter(x, d > 0), n = 50)),
    function(x) withr::with_seed(3, slice_sample(x, prop = 0.1)),
    function(x) withr::with_seed(4, slice_sample(x, n = 7, replace = TRUE)),
    sizes = table_rows[table_rows > 1000]
  )
  expect_identical(nrow(slice_sample(stored(table_of(0)), n = 3)), 0L)
})

test_that("joins with a small table give what they give of a table", {
  names <- tibble(g = c(1L, 2L, 2L, NA), label = c("one", "two", "zwei", "none"), d = 1:4)
  expect_always_as_dplyr(
    function(x) left_join(x, names, by = "g"),
    function(x) inner_join(x, names, by = "g") |> filter(label != "two") |> select(row, label),
    function(x) left_join(x, names, by = c("i" = "g"), suffix = c("", "_y")),
    function(x) semi_join(x, names, by = "g"),
    function(x) anti_join(x, names, by = c("g", "d")),
    function(x) left_join(x, tibble(f = c("x", "new"), v = 1:2), by = "f") |> filter(f == "x"),
    function(x) left_join(filter(x, row > 2000), names, by = "g") |> count(label)
  )
  frame <- stored(table_of(3))
  expect_message(left_join(frame, names[1:2]), "Joining")
  expect_unsupported(left_join(frame, frame, by = "g"), "not a data frame that is in memory")
  expect_error(left_join(frame, names, by = "row"), "no column 'row'", class = "alluxior_invalid")
})

test_that("pull() and distinct() give what they give of a table", {
  expect_always_as_dplyr(
    function(x) distinct(x, g, s),
    function(x) distinct(x, g, .keep_all = TRUE),
    function(x) distinct(select(x, -row)),
    function(x) distinct(x, b),
    function(x) distinct(x, f, positive = d > 0),
    function(x) distinct(group_by(x, g), l)
  )
  table <- table_of(1500)
  frame <- stored(table)
  expect_identical(pull(frame), table$row)
  expect_identical(pull(filter(frame, d > 0), s), filter(table, d > 0)$s)
})

test_that("compute() writes what there is as a new frame", {
  table <- table_of(3000)
  path <- withr::local_tempfile()
  made <- compute(stored(table) |> filter(d > 0) |> mutate(t = paste0(s, "!")), path)
  expect_identical(names(alx_open_frame(path)), names(made))
  expect_equal(collect(made), table |> filter(d > 0) |> mutate(t = paste0(s, "!")))
  expect_false(is.na(nrow(made)))
  grouped <- compute(group_by(filter(made, FALSE), g), path, overwrite = TRUE)
  expect_identical(group_vars(grouped), "g")
  expect_identical(dim(alx_open_frame(path)), c(0, 13))
  expect_error(compute(made, path), class = "alluxior_exists")
})
