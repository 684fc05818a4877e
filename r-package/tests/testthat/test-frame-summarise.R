# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

skip_if_not_installed("dplyr")
suppressPackageStartupMessages(library(dplyr))

# summarise() of dplyr tells of groups that it leaves, and both warn of empty ones.
quietly <- function(...) {
  lapply(list(...), function(ask) {
    body(ask) <- call("suppressWarnings", call("suppressMessages", body(ask)))
    ask
  })
}

expect_summaries <- function(...) do.call(expect_always_as_dplyr, quietly(...))

test_that("summarise() without groups gives what it gives of a table", {
  expect_summaries(
    function(x) summarise(x, n = n()),
    function(x) summarise(
      x, a = sum(d), b2 = sum(d, na.rm = TRUE), c = sum(i, na.rm = TRUE), e = sum(l)
    ),
    function(x) summarise(
      x, a = mean(d, na.rm = TRUE), c = mean(i), e = mean(row), h = mean(l, na.rm = TRUE)
    ),
    function(x) summarise(
      x, a = var(d, na.rm = TRUE), c = sd(row), e = sd(i), h = var(row / 1e8 + 1e4)
    ),
    function(x) summarise(
      x, a = min(d, na.rm = TRUE), c = max(i, na.rm = TRUE), e = min(row), h = max(d)
    ),
    function(x) summarise(
      x, a = min(day, na.rm = TRUE), c = max(time, na.rm = TRUE), e = max(w, na.rm = TRUE)
    ),
    function(x) summarise(
      x, a = any(l), c = all(l, na.rm = TRUE), e = any(d > 2, na.rm = TRUE), h = all(l)
    ),
    function(x) summarise(x, a = first(s), c = last(d), e = first(b), h = last(f), k = first(day)),
    function(x) summarise(
      x, a = n_distinct(s), c = n_distinct(b), e = n_distinct(d, na.rm = TRUE), h = n_distinct(g,
      s)
    ),
    function(x) summarise(x, a = sum(b, na.rm = TRUE), c = sum(b), e = sum(w, na.rm = TRUE)),
    function(x) summarise(x, a = mean(day, na.rm = TRUE), c = mean(time, na.rm = TRUE)),
    function(x) summarise(
      x, a = sum(d * i, na.rm = TRUE) / n(), c = max(row) - min(row), e = a * 2, k = 7
    ),
    function(x) summarise(x, sum(is.na(d))),
    function(x) summarise(filter(x, row > 10000), a = sum(d), n = n(), c = mean(i)),
    function(x) summarise(x)
  )
})

test_that("summarise() with groups gives what it gives of a table", {
  expect_summaries(
    function(x) summarise(
      group_by(x, g), n = n(), a = sum(d, na.rm = TRUE), m = mean(i), v = var(d, na.rm = TRUE)
    ),
    function(x) summarise(
      group_by(x, s), a = min(d, na.rm = TRUE), c = max(row), e = min(i), h = max(day)
    ),
    function(x) summarise(group_by(x, g, s), n = n(), a = sd(row), k = first(row), h = last(row)),
    function(x) summarise(group_by(x, g, s, l), n = n(), .groups = "drop"),
    function(x) summarise(group_by(x, l, o), n = n(), .groups = "keep"),
    function(x) summarise(group_by(x, b), n = n(), a = sum(b), c = min(b), e = max(b)),
    function(x) summarise(
      group_by(x, day), c = max(b, na.rm = TRUE), k = n_distinct(s), e = last(s)
    ),
    function(x) summarise(
      group_by(x, f), n = n(), c = any(l), e = all(l), h = first(o), k = mean(w)
    ),
    function(x) summarise(
      group_by(x, f, .drop = FALSE), n = n(), a = sum(i), m = mean(d), k = first(s)
    ),
    function(x) summarise(
      group_by(x, f, .drop = FALSE), a = min(i), c = max(d), e = n_distinct(s), h = any(l)
    ),
    function(x) summarise(group_by(x, f, g, .drop = FALSE), n = n()),
    function(x) summarise(group_by(x, up = d > 0), n = n(), a = mean(d)),
    function(x) summarise(group_by(filter(x, d > 0), d), share = sum(i, na.rm = TRUE) / n() * 100),
    function(x) summarise(
      group_by(x, time, .drop = FALSE), a = max(o), e = min(time), c = sum(w, na.rm = TRUE)
    ),
    function(x) summarise(ungroup(group_by(x, g, s), s), n = n()),
    function(x) summarise(group_by(group_by(x, g), s, .add = TRUE), n = n())
  )
})

test_that("strings are compared as min() and max() do, and have no least one of none", {
  ask <- function(x) {
    summarise(group_by(x, g), a = max(s, na.rm = TRUE), c = min(s)) |> filter(g > 1)
  }
  expect_always_as_dplyr(ask, sizes = table_rows[table_rows > 1000])
  expect_error(ask(stored(table_of(0))), "a group has no string", class = "alluxior_invalid")
})

test_that("count() and tally() give what they give of a table", {
  expect_summaries(
    function(x) count(x),
    function(x) count(x, g, s),
    function(x) count(x, s, wt = row, sort = TRUE, name = "rows"),
    function(x) count(x, f, .drop = FALSE),
    function(x) count(group_by(x, g), s),
    function(x) count(x, positive = d > 0),
    function(x) tally(group_by(x, g, s)),
    function(x) tally(x, wt = i)
  )
})

test_that("values that tell NA from NaN, and infinities, are summarised as R does", {
  set.seed(9)
  value <- function(...) sample(c(...), 2500, replace = TRUE)
  table <- tibble(
    g = rep(1:5, 500), nan = value(1, NaN), na = value(1, NA), inf = value(1, Inf),
    both = value(Inf, -Inf), neg = value(-0, 0)
  )
  ask <- function(x) {
    x <- group_by(x, g)
    summarise(
      x, s_nan = sum(nan), m_nan = mean(nan), x_nan = max(nan), v_nan = var(nan),
      m_na = mean(na), x_na = min(na), m_inf = mean(inf), v_inf = var(inf), s_both = sum(both),
      r_both = max(both),
      v_nan_rm = var(nan, na.rm = TRUE), d_nan = n_distinct(nan), d_neg = n_distinct(neg)
    )
  }
  expect_as_dplyr(ask, table)
  keys <- tibble(k = value(NA, NaN, 0, -0, Inf), v = 1)
  expect_as_dplyr(function(x) summarise(group_by(x, k), n = n(), v = sum(v)), keys)
})

test_that("sums of integers are integers or doubles as R's are", {
  most <- .Machine$integer.max
  table <- tibble(
    i = c(rep(most, 1500), rep(-most, 1500)), j = most, k = c(rep(0L, 2999), 1L),
    g = rep(1:3, 1000), na = rep(c(1L, NA, most), 1000)
  )
  expect_identical(summarise(stored(table), s = sum(i))$s, 0L)
  expect_as_dplyr(function(x) summarise(x, s = sum(i), t = sum(j), u = sum(k)), table)
  expect_as_dplyr(function(x) summarise(group_by(x, g), s = sum(k), t = sum(na)), table)
  expect_as_dplyr(function(x) count(x, g, wt = na), table)
  big <- bit64::as.integer64("4611686018427387904")
  table <- tibble(b = rep(c(big, -big, bit64::as.integer64(1)), 1000))
  frame <- stored(table)
  expect_identical(summarise(frame, s = sum(b))$s, bit64::as.integer64(1000))
  expect_warning(found <- summarise(filter(frame, b > 1L), s = sum(b)), "integer64 overflow")
  expect_true(is.na(found$s))
  expect_identical(
    summarise(filter(frame, b < 0L), s = min(b), t = max(b)),
    tibble(s = -big, t = -big)
  )
})

test_that("a variance far from zero keeps its digits", {
  table <- tibble(x = 1e9 + rep(c(4, 7, 13, 16), 1000))
  expect_equal(summarise(stored(table), v = var(x))$v, var(table$x), tolerance = 1e-14)
})

test_that("median() without groups gives what it gives of a table", {
  expect_summaries(
    function(x) summarise(x, a = median(d, na.rm = TRUE), c = median(d), e = median(row), n = n()),
    function(x) summarise(x, a = median(day, na.rm = TRUE), c = median(w, na.rm = TRUE)),
    function(x) summarise(
      mutate(filter(x, i > 0), h = d / 2), a = median(h + i, na.rm = TRUE) * 2, c = median(i)
    ),
    function(x) summarise(filter(x, row %% 2 == 1), a = median(row))
  )
  frame <- stored(table_of(9))
  expect_identical(summarise(frame, m = median(row))$m, 5L)
})

test_that("across() gives what it gives of a table", {
  expect_summaries(
    function(x) summarise(x, across(c(d, i), mean, na.rm = TRUE), n = n()),
    function(x) summarise(group_by(x, g), across(where(is.numeric) & !b, ~ sum(.x, na.rm = TRUE))),
    function(x) summarise(
      group_by(x, l), across(d:i, list(low = ~ min(.x, na.rm = TRUE), function(v) sum(is.na(v))))
    ),
    function(x) summarise(x, across(c(d, row), list(stats::sd, m = max), .names = "{.fn}.{col}")),
    function(x) summarise(x, dplyr::across(c(d, row), \(v) median(v, na.rm = TRUE))),
    function(x) mutate(x, across(c(d, row), ~ .x / 2 + i), twice = d * 2),
    function(x) mutate(group_by(x, g), across(where(is.character), toupper, .names = "{.col}_up")),
    function(x) transmute(x, row, across(c(i, d), list(abs = abs, up = function(v) { v + 1 })))
  )
})
