# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Functions over the rows of a group, of which summarise() makes its answers. Each keeps a state
# with an element for each group and takes in one chunk after the other:
#   kinds      the classes of columns that it is known for; NULL for all
#   add        (state, values, ids, n): the state with these values, of which the i-th belongs to
#              group ids[i] of n; the state is NULL at first
#   result     (state, n, call): a vector with an element for each of the n groups
#   originals  the functions of R that it stands for
#   of_frame   (frame, call): the answer for all rows, in place of what 'add' has made, of a
#              function that takes several passes
# 'values' are a list of one column, or of several for n_distinct(), none for n().
# 'call' is list(na_rm, ptype, label).

aggregates <- function() {
  if (is.null(frame_state$aggregates)) {
    frame_state$aggregates <- made_aggregates()
  }
  frame_state$aggregates
}

made_aggregates <- function() {
  numbers <- c("logical", "integer", "double")
  times <- c("Date", "POSIXct", "difftime")
  known <- list(
    n = list(add = add_count, result = function(state, n, call) whole(filled(state$n, n, 0))),
    sum = list(kinds = c(numbers, "integer64", "difftime"), add = add_sum, result = sum_of),
    mean = list(kinds = c(numbers, times), add = add_sum, result = mean_of),
    var = list(kinds = numbers, add = add_moments, result = variance_of),
    sd = list(kinds = numbers, add = add_moments, result = function(state, n, call) {
      sqrt(variance_of(state, n, call))
    }),
    min = list(
      kinds = c(numbers, times, "integer64", "character", "ordered"),
      add = function(...) add_extreme(..., decreasing = TRUE),
      result = function(state, n, call) extreme_of(state, n, call, Inf)
    ),
    max = list(
      kinds = c(numbers, times, "integer64", "character", "ordered"),
      add = function(...) add_extreme(..., decreasing = FALSE),
      result = function(state, n, call) extreme_of(state, n, call, -Inf)
    ),
    any = list(kinds = "logical", add = add_truths, result = any_of),
    all = list(kinds = "logical", add = add_truths, result = all_of),
    first = list(add = add_first, result = one_of),
    last = list(add = add_last, result = one_of),
    n_distinct = list(add = add_distinct, result = distinct_of),
    median = list(
      kinds = c("integer", "double", times), of_frame = median_of_frame,
      result = function(state, n, call) state
    )
  )
  Map(function(aggregate, name) {
    aggregate$originals <- switch(name,
      var = list(stats::var),
      sd = list(stats::sd),
      median = list(stats::median),
      original_functions(name)
    )
    aggregate
  }, known, names(known))
}

# A vector of a state for n groups, some of which are new.
filled <- function(values, n, value) c(values, rep(value, n - length(values)))

# Whole numbers are integers as long as they can be.
whole <- function(x) {
  if (all(abs(x) <= .Machine$integer.max, na.rm = TRUE)) as.integer(x) else x
}

count_by <- function(ids, n) as.double(tabulate(ids, n))

add_count <- function(state, values, ids, n) {
  list(n = filled(state$n, n, 0) + count_by(ids, n))
}

# Adds up vectors of two states, of which the first may know fewer groups.
added <- function(state, found, parts, n) {
  for (part in parts) {
    state[[part]] <- filled(state[[part]], n, 0) + found[[part]]
  }
  state
}

is_int64 <- function(x) inherits(x, "integer64")

group_sums <- function(x, ids, n) .Call(alx_c_group_sums, x, is_int64(x), ids, n)

# n counts the values that are neither NA nor NaN. The sum of integers is kept exactly, as
# high * 2^32 + low.
add_sum <- function(state, values, ids, n) {
  found <- group_sums(values[[1]], ids, n)
  state <- added(state, found, c("n", "na", "nan", "sum", "high", "low"), n)
  carry <- state$low %/% 2^32
  state$high <- state$high + carry
  state$low <- state$low - carry * 2^32
  state
}

padded <- function(state, parts, n) {
  for (part in parts) {
    state[[part]] <- filled(state[[part]], n, 0)
  }
  state
}

sums_parts <- c("n", "na", "nan", "sum", "high", "low")

# NA where a value is NA, or NaN where it is that, unless these are to be left out.
with_missing <- function(result, state, call) {
  if (call$na_rm) {
    return(result)
  }
  if (is.double(result) && !is_int64(result)) {
    result[state$nan > 0] <- NaN
  }
  result[state$na > 0] <- NA
  result
}

sum_of <- function(state, n, call) {
  state <- padded(state, sums_parts, n)
  if (is_int64(call$ptype)) {
    return(with_missing(int64_of_words(state$high, state$low, call), state, call))
  }
  if (call$ptype_is_double) {
    return(like(call$ptype, with_missing(state$sum, state, call)))
  }
  like(call$ptype, whole(with_missing(state$high * 2^32 + state$low, state, call)))
}

# A vector with the attributes of another.
like <- function(ptype, values) {
  attributes(values) <- attributes(ptype)
  values
}

int64_of_words <- function(high, low, call) {
  too_large <- high >= 2^31 | high < -2^31
  if (any(too_large)) {
    rlang::warn(paste0(call$label, ": integer64 overflow; use sum(as.numeric(.))"))
  }
  high[too_large] <- NA
  two <- bit64::as.integer64(2^31)
  bit64::as.integer64(high) * two * 2L + bit64::as.integer64(low)
}

mean_of <- function(state, n, call) {
  state <- padded(state, sums_parts, n)
  sum <- if (call$ptype_is_double) state$sum else state$high * 2^32 + state$low
  like(call$ptype, with_missing(sum / state$n, state, call))
}

# Mean and sum of squared distances from it, merged as Chan, Golub and LeVeque have it.
add_moments <- function(state, values, ids, n) {
  x <- as.double(values[[1]])
  found <- group_sums(x, ids, n)
  mean <- ifelse(found$n > 0, found$sum / found$n, 0)
  squares <- .Call(alx_c_group_squares, x, ids, mean)
  state <- padded(state, c("n", "na", "nan", "mean", "squares"), n)
  count <- state$n + found$n
  distance <- mean - state$mean
  share <- ifelse(count > 0, found$n / count, 0)
  is_new <- state$n == 0
  state$squares <- state$squares + squares +
    ifelse(is_new | found$n == 0, 0, distance^2 * state$n * share)
  moved <- ifelse(found$n == 0, state$mean, state$mean + distance * share)
  state$mean <- ifelse(is_new, mean, moved)
  added(state, found, c("n", "na", "nan"), n)
}

# NA for fewer than two values, and where one is NA or NaN, as var() has it.
variance_of <- function(state, n, call) {
  state <- padded(state, c("n", "na", "nan", "mean", "squares"), n)
  variance <- ifelse(state$n > 1, state$squares / (state$n - 1), NA_real_)
  if (call$na_rm) variance else replace(variance, state$na + state$nan > 0, NA)
}

# The least or the greatest of each group: in order, the last of a group is what stays.
add_extreme <- function(state, values, ids, n, decreasing) {
  x <- values[[1]]
  is_there <- which(!is.na(x))
  counts <- group_sums(if (is.character(x)) ifelse(is.na(x), NA, 0) else x, ids, n)
  state <- added(state, counts, c("n", "na", "nan"), n)
  candidates <- of_kind(elements_at(x, integer()), list(state$value, elements_at(x, is_there)))
  owners <- c(state$owner, ids[is_there])
  keys <- if (is.character(x)) list(ranks_of(candidates)) else order_keys(candidates)
  order <- do.call(order, c(keys, list(decreasing = decreasing, method = "radix")))
  last <- rep(NA_integer_, n)
  last[owners[order]] <- order
  state$owner <- which(!is.na(last))
  state$value <- elements_at(candidates, last[state$owner])
  state
}

# As min() and max() compare strings, by the locale.
ranks_of <- function(strings) match(strings, sort(unique(strings)))

# As in R, infinite for a group without values; and then no integer. Strings have no such value.
extreme_of <- function(state, n, call, of_none) {
  state <- padded(state, c("n", "na", "nan"), n)
  values <- missing_values(call$ptype, n)
  class <- column_class(call$ptype)
  is_none <- state$n == 0 & (call$na_rm | state$na + state$nan == 0)
  if (class == "logical") {
    values <- as.integer(values)
  }
  values <- with_values(values, state$owner, state$value)
  if (any(is_none)) {
    values <- with_infinite(values, is_none, class, of_none, call)
  }
  with_missing(values, state, call)
}

with_values <- function(values, at, given) {
  attributes <- attributes(values)
  attributes(values) <- NULL
  attributes(given) <- NULL
  values[at] <- given
  attributes(values) <- attributes
  values
}

with_infinite <- function(values, at, class, of_none, call) {
  if (class == "character") {
    abort_alluxio(
      "alluxior_invalid", paste0(call$label, ": a group has no string."),
      "Leave out such groups: filter(!is.na(...))."
    )
  }
  rlang::warn(paste0(call$label, ": a group has no value; giving ", of_none))
  if (class == "ordered") {
    return(values)
  }
  if (class == "integer64") {
    most <- bit64::lim.integer64()
    values[at] <- if (of_none > 0) most[[2]] else most[[1]]
    return(values)
  }
  like(values, replace(as.double(values), at, of_none))
}

add_truths <- function(state, values, ids, n) {
  x <- values[[1]]
  found <- list(
    true = count_by(ids[which(x)], n), false = count_by(ids[which(!x)], n),
    na = count_by(ids[is.na(x)], n)
  )
  added(state, found, c("true", "false", "na"), n)
}

any_of <- function(state, n, call) {
  state <- padded(state, c("true", "false", "na"), n)
  ifelse(state$true > 0, TRUE, ifelse(state$na > 0 & !call$na_rm, NA, FALSE))
}

all_of <- function(state, n, call) {
  state <- padded(state, c("true", "false", "na"), n)
  ifelse(state$false > 0, FALSE, ifelse(state$na > 0 & !call$na_rm, NA, TRUE))
}

# state$value are the values of the groups that have one, state$owner these groups.
add_first <- function(state, values, ids, n) {
  fresh <- !duplicated(ids) & !ids %in% state$owner
  with_owned(state, values[[1]], ids, which(fresh))
}

add_last <- function(state, values, ids, n) {
  at <- which(!duplicated(ids, fromLast = TRUE))
  stays <- !state$owner %in% ids[at]
  state$value <- elements_at(state$value, which(stays))
  state$owner <- state$owner[stays]
  with_owned(state, values[[1]], ids, at)
}

with_owned <- function(state, x, ids, at) {
  pieces <- list(state$value, elements_at(x, at))
  list(owner = c(state$owner, ids[at]), value = of_kind(elements_at(x, integer()), pieces))
}

one_of <- function(state, n, call) {
  with_values(missing_values(call$ptype, n), state$owner, state$value)
}

# Different values of each group, with those to come in a list until they are as many.
add_distinct <- function(state, values, ids, n) {
  names(values) <- paste0("value", seq_along(values))
  rows <- vctrs::vec_unique(vctrs::new_data_frame(c(list(id = ids), values)))
  with_distinct(state, rows)
}

distinct_of <- function(state, n, call) {
  rows <- distinct_rows(state)
  if (is.null(rows)) {
    return(integer(n))
  }
  if (call$na_rm) {
    is_missing <- Reduce(`|`, lapply(rows[-1], is.na))
    rows <- vctrs::vec_slice(rows, !is_missing)
  }
  tabulate(rows$id, n)
}

# Different rows of a data frame of which pieces come one after the other: of rows that agree in
# the columns 'by' the first one. state$pieces are looked through when they have doubled.
with_distinct <- function(state, rows, by = names(rows)) {
  state$pieces <- c(state$pieces, list(rows))
  state$by <- by
  state$rows <- sum(state$rows, nrow(rows))
  if (state$rows > 2 * max(2^20, state$known)) compacted(state) else state
}

compacted <- function(state) {
  rows <- vctrs::vec_rbind(!!!state$pieces)
  rows <- vctrs::vec_slice(rows, vctrs::vec_unique_loc(rows[state$by]))
  check_room(rows, "different rows")
  state$pieces <- list(rows)
  state$rows <- state$known <- nrow(rows)
  state
}

# NULL when there were no pieces.
distinct_rows <- function(state) if (!is.null(state)) compacted(state)$pieces[[1]]

median_of_frame <- function(frame, call) {
  step <- list(
    verb = "mutate", name = "\1", value = call$values[[1]], ptype = call$ptype, label = call$label
  )
  ptype <- frame_of(list("\1" = call$ptype), 0)
  column <- with_query(with_steps(frame, step), ptype = ptype, origin = c("\1" = NA))
  alx_median(column, "\1", call$na_rm)
}
