# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

skip_if_not_installed("dplyr")
suppressPackageStartupMessages(library(dplyr))

test_that("what looks at more than one row is refused in filter() and mutate()", {
  frame <- group_by(stored(table_of(5)), g)
  expect_unsupported(filter(frame, d > mean(d)), "mean() looks at more than one row")
  expect_unsupported(filter(ungroup(frame), d == max(d, na.rm = TRUE)), "max() looks at more")
  expect_unsupported(mutate(frame, n = n()), "n() looks at more than one row")
  expect_unsupported(filter(frame, n() > 1), "n() looks at more than one row")
  expect_unsupported(filter(frame, row_number() == 1), "row_number() is not among the known")
  expect_unsupported(filter(frame, dplyr::row_number() == 1), "row_number() is not among the known")
  expect_unsupported(mutate(frame, x = cumsum(d)), "cumsum() is not among")
  expect_unsupported(mutate(frame, x = lag(d)), "lag() is not among")
  expect_unsupported(mutate(frame, x = rank(d)), "rank() is not among")
  expect_unsupported(mutate(frame, x = d - mean(d)), "mean() looks at more")
  expect_unsupported(mutate(frame, x = scale(d)), "scale() is not among")
  expect_unsupported(mutate(frame, x = rev(d)), "rev() is not among")
  expect_unsupported(mutate(frame, x = d[1]), "[() is not among")
  expect_unsupported(mutate(frame, x = ifelse(any(l), 1, 2)), "any() looks at more")
  expect_unsupported(mutate(frame, x = if (d > 1) 1 else 2), "if() is not among")
  expect_unsupported(filter(frame, d > 1 && i > 1), "&&() is not among")
  expect_unsupported(filter(frame, across(d, is.na)), "across() is not among")
  expect_unsupported(mutate(frame, across(d, cumsum)), "cumsum() is not among")
  expect_unsupported(mutate(frame, across(c(d, i), ~ .x - d)), "'d' is changed by it, too")
  expect_unsupported(mutate(frame, x = across(d, abs)), "names by '.names'")
  expect_unsupported(mutate(frame, across(d)), "give a function")
  expect_unsupported(mutate(frame, across(c(x = d), abs)), "does not rename")
  expect_unsupported(mutate(frame, across(d, if (TRUE) abs)), "functions are names, formulas or")
  expect_unsupported(mutate(frame, across(d, ~ round(.x), 1)), "further arguments into the")
  expect_unsupported(mutate(frame, across(d, abs, .names = "{toupper(.col)}")), "{.col} and {.fn}")
  expect_unsupported(mutate(frame, x = paste(s, collapse = "")), "'collapse' of paste()")
  expect_unsupported(mutate(frame, x = ntile(n = 2)), "ntile() is not among")
  expect_unsupported(mutate(frame, x = cur_group_id()), "cur_group_id() is not among")
  expect_unsupported(arrange(frame, rank(d)), "rank() is not among")
})

test_that("values that would be for the rows of one chunk are refused", {
  frame <- stored(table_of(5))
  expect_unsupported(mutate(frame, x = 1:5), "does not give one value for each row")
  expect_unsupported(mutate(frame, x = d + 1:5), "a constant of 5 values")
  expect_unsupported(filter(frame, s == c("a", "b")), "a constant of 2 values")
  expect_unsupported(filter(frame, grepl(s, "a")), "'pattern' must be the same for all rows")
  expect_unsupported(mutate(frame, x = round(d, i)), "'digits' must be the same for all rows")
  expect_unsupported(filter(frame, i %in% row), "'table' must be the same for all rows")
  flag <- TRUE
  expect_unsupported(mutate(frame, x = ifelse(flag, d, -d)), "ifelse() gives one value for all")
  expect_unsupported(mutate(frame, x = paste(ifelse(flag, d, -d), s)), "ifelse() gives one value")
  expect_unsupported(mutate(frame, x = paste(substr("abc", i, i), s)), "substr() gives one value")
  expect_unsupported(mutate(frame, x = data.frame(d)), "data.frame() is not among")
  expect_unsupported(mutate(frame, x = list(1)), "no vector of values")
  expect_unsupported(mutate(frame, x = 1i), "which a frame does not hold")
})

test_that("what R answers by looking at all values of a vector is refused", {
  frame <- stored(table_of(5))
  expect_unsupported(mutate(frame, x = as.character(time)), "as.character() is not known for times")
  expect_unsupported(mutate(frame, x = paste(time)), "paste() is not known for times")
  expect_unsupported(filter(frame, time %in% Sys.time()), "%in%() is not known for times")
  expect_unsupported(mutate(frame, x = time - time), "difftime(units =)")
  expect_unsupported(mutate(frame, x = difftime(time, time)), "difftime(units =)")
  expect_unsupported(mutate(frame, x = as.Date(s)), "as.Date(format =)")
  expect_unsupported(mutate(frame, x = as.POSIXct(s)), "as.POSIXct(format =)")
  expect_unsupported(filter(frame, day > s), "turn it into dates first")
  expect_unsupported(mutate(frame, x = format(d)), "with a format")
  expect_unsupported(mutate(frame, x = format(day)), "with a format")
  expect_unsupported(mutate(frame, x = factor(s)), "factor(levels =)")
  expect_unsupported(mutate(frame, x = cut(d, 3)), "with two breaks or more")
  expect_unsupported(mutate(frame, x = ifelse(l, d, i)), "use if_else()")
  expect_unsupported(mutate(frame, x = ifelse(l, day, day)), "use if_else()")
})

test_that("a function of the user's is not taken for R's of that name", {
  frame <- stored(table_of(5))
  round <- function(x) x - mean(x)
  expect_unsupported(mutate(frame, x = round(d)), "round() here is not the function")
  mean <- function(x) 0
  expect_unsupported(summarise(frame, x = mean(d)), "mean() here is not the function")
  # As a constant it may be anything.
  constant <- function() 3
  expect_identical(collect(mutate(frame, x = constant()))$x, rep(3, 5))
})

test_that("summarise() refuses what it cannot put together from chunks", {
  frame <- group_by(stored(table_of(5)), g)
  expect_unsupported(summarise(frame, x = median(d)), "median() of each group")
  expect_unsupported(summarise(ungroup(frame), x = median(s)), "is not known for character")
  expect_unsupported(summarise(frame, x = quantile(d, 0.5)), "quantile() is not among")
  expect_unsupported(summarise(frame, x = d), "column 'd' has many values for a group")
  expect_unsupported(summarise(frame, x = range(d)), "range() is not among")
  expect_unsupported(summarise(frame, x = mean(d - mean(d))), "mean() looks at more")
  expect_unsupported(summarise(frame, x = mean(d, trim = 0.1)), "mean() is known with 1 argument")
  expect_unsupported(summarise(frame, x = max(d, i)), "max() is known with 1 argument")
  expect_unsupported(summarise(frame, x = first(d, order_by = i)), "first() is known with 1")
  expect_unsupported(summarise(frame, d = mean(d), x = sd(d)), "'d' is a result of the same")
  m <- 0
  expect_unsupported(summarise(frame, m = mean(d), x = sum(d - m)), "'m' is a result of the same")
  expect_unsupported(summarise(frame, x = mean(s)), "mean() is not known for character")
  expect_unsupported(summarise(frame, x = max(f)), "max() is not known for factor")
  expect_unsupported(summarise(frame, x = mean(b)), "mean() is not known for integer64")
  expect_unsupported(summarise(frame, x = any(i)), "any() is not known for integer")
  expect_unsupported(summarise(frame, x = 1:2), "does not give one value")
  expect_unsupported(summarise(frame, across(d, range)), "range() is not among")
  expect_unsupported(summarise(frame, across(c(d, i), ~ mean(.x - d))), "'d' is a result of")
  expect_unsupported(summarise(frame, n = n(), .groups = "rowwise"), ".groups")
})

test_that("arguments that change a verb's meaning are refused", {
  frame <- stored(table_of(5))
  expect_unsupported(filter(frame, d > 1, .by = g), ".by")
  expect_unsupported(filter(frame, d > 1, .preserve = TRUE), ".preserve")
  expect_unsupported(mutate(frame, x = d, .keep = "none"), ".keep")
  expect_unsupported(mutate(frame, x = d, .before = d), ".before")
  expect_unsupported(slice_sample(group_by(frame, g), n = 1), "groups")
  expect_unsupported(slice_sample(frame, n = 1, weight_by = row), "weight_by")
  expect_unsupported(left_join(frame, tibble(g = 1L), by = "g", keep = TRUE), "keep")
})

test_that("an arranged frame takes nothing that could lose the order", {
  frame <- arrange(stored(table_of(5)), d)
  for (verb in list(filter, mutate, select, group_by, summarise, distinct, rename, slice_sample)) {
    expect_unsupported(verb(frame), "give arrange() last")
  }
  expect_unsupported(compute(frame, tempfile()), "give arrange() last")
  expect_unsupported(left_join(frame, tibble(g = 1L), by = "g"), "give arrange() last")
  expect_unsupported(count(frame, g), "give arrange() last")
})

test_that("every verb of dplyr is either done or refused by name", {
  frame <- stored(table_of(5))
  other <- tibble(g = 1L)
  # Before dplyr 1.1 it is no generic, and stumbles.
  expect_error(add_count(frame, g), class = "alluxior_error")
  expect_unsupported(slice(frame, 1), "slice(...)")
  expect_unsupported(slice_max(frame, d), "use arrange() and head()")
  expect_unsupported(full_join(frame, other, by = "g"), "full_join(...)")
  expect_unsupported(right_join(frame, other, by = "g"), "right_join(...)")
  expect_unsupported(rowwise(frame), "one row at a time already")
  expect_unsupported(group_map(frame, identity), "group_map(...)")
  expect_unsupported(union_all(frame, other), "union_all(...)")
})

test_that("what cannot be right says so", {
  frame <- stored(table_of(5))
  expect_error(filter(frame, none > 1), "object 'none' not found", class = "alluxior_invalid")
  expect_error(filter(frame, .data$none > 1), "no column 'none'", class = "alluxior_invalid")
  expect_error(filter(frame, d = 1), "d == ...", fixed = TRUE, class = "alluxior_invalid")
  expect_error(filter(frame, d), "not TRUE or FALSE", class = "alluxior_invalid")
  expect_error(mutate(frame, x = s + 1), "non-numeric argument", class = "alluxior_invalid")
  expect_error(
    mutate(group_by(frame, g), g = 1), "the groups are made by", class = "alluxior_invalid"
  )
  expect_error(
    collect(mutate(frame, x = sprintf("%d", d + 0.5))), "invalid format", class = "alluxior_invalid"
  )
})

test_that("groups and different rows have a limit", {
  frame <- stored(table_of(3000))
  withr::local_options(alluxior.result_bytes = 10000)
  expect_error(count(frame, row), "the groups take", class = "alluxior_memory")
  expect_error(distinct(frame, row), "different rows take", class = "alluxior_memory")
  expect_error(summarise(frame, n_distinct(row)), "different rows take", class = "alluxior_memory")
})

test_that("the page of the known functions names each of them", {
  page <- tools::Rd_db("alluxior")[["alx_expressions.Rd"]]
  text <- paste(capture.output(tools::Rd2txt(page)), collapse = " ")
  known <- c(names(alluxior:::row_functions()), names(alluxior:::aggregates()))
  said <- gsub("\\\\?%", "%", text)
  for (name in known) {
    expect_true(grepl(name, said, fixed = TRUE), label = paste("the page names", name))
  }
})
