# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Exact quantiles of a column
#'
#' The quantiles that [stats::quantile()] gives, of a column that does not fit into memory: the
#' order statistics are found by counting values by their bits, 16 in each pass, in two to four
#' passes and some 32 MiB (and for more than 16 quantiles in some more passes). A value that is
#' infinite counts; `NA` and `NaN` are missing.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param column The name or number of a column of numbers or times.
#' @param probs,na.rm,names,type As for [stats::quantile()].
#' @return As of [stats::quantile()] and [stats::median()].
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' alx_quantile(frame, "Wind", c(0.05, 0.95))
#' alx_median(frame, "Ozone", na.rm = TRUE)
#' @export
alx_quantile <- function(frame, column, probs = seq(0, 1, 0.25), na.rm = FALSE, # nolint
                         names = TRUE, type = 7) {
  template <- ordered_column(frame, column)
  # Refuses what stats refuses, and names what it names.
  shape <- stats::quantile(0, probs, names = names, type = type)
  start <- count_values(frame, template)
  if (start$missing > 0 && !na.rm) {
    abort_alluxio(
      "alluxior_invalid", "missing values and NaN's not allowed if 'na.rm' is FALSE.",
      "Give na.rm = TRUE to leave them out."
    )
  }
  rule <- quantile_rule(start$rows, pmin(pmax(probs, 0), 1), type)
  values <- rep(NA_real_, length(probs))
  known <- !is.na(probs) & start$rows > 0
  values[known] <- ruled_quantiles(frame, template, start, rule)[known]
  restore_class(stats::setNames(values, names(shape)), template[[1]])
}

#' @rdname alx_quantile
#' @export
alx_median <- function(frame, column, na.rm = FALSE) { # nolint: object_name_linter.
  template <- ordered_column(frame, column)
  start <- count_values(frame, template)
  if (start$rows == 0 || (start$missing > 0 && !na.rm)) {
    return(template[[1]][NA_integer_])
  }
  middle <- c(floor((start$rows + 1) / 2), ceiling((start$rows + 1) / 2))
  values <- order_statistics(frame, template, start, middle)
  median <- interpolated(values[[1]], values[[2]], 0.5)
  is_one_of_them <- start$rows %% 2 == 1
  restore_class(
    if (is_one_of_them) as.vector(median, typeof(template[[1]])) else median, template[[1]]
  )
}

# Which two order statistics a quantile is between, and how far it is from the lower one (Hyndman
# and Fan, The American Statistician 50, 1996, in the numbering of stats).
quantile_rule <- function(n, probs, type) {
  near <- 4 * .Machine$double.eps
  if (type == 7) {
    place <- 1 + max(n - 1, 0) * probs
    lower <- floor(place)
    share <- place - lower
  } else if (type <= 3) {
    place <- if (type == 3) n * probs - 0.5 else n * probs
    lower <- floor(place + near)
    share <- switch(type,
      place > lower, ((place > lower) + 1) / 2, place != lower | lower %% 2 == 1
    )
  } else {
    ends <- list(c(0, 1), c(0.5, 0.5), c(0, 0), NULL, c(1 / 3, 1 / 3), c(3 / 8, 3 / 8))[[type - 3]]
    place <- ends[[1]] + probs * (n + 1 - sum(ends))
    lower <- floor(place + near)
    share <- ifelse(abs(place - lower) < near, 0, place - lower)
  }
  list(lower = pmin(pmax(lower, 1), n), upper = pmin(pmax(lower + 1, 1), n), share = share + 0)
}

# The quantiles that such a rule is about.
ruled_quantiles <- function(frame, template, start, rule) {
  found <- order_statistics(frame, template, start, c(rule$lower, rule$upper))
  lower <- seq_along(rule$lower)
  interpolated(found[lower], found[-lower], rule$share)
}

# Two that are the same may be infinite.
interpolated <- function(lower, upper, share) {
  ifelse(
    share == 0 | lower == upper, lower,
    ifelse(share == 1, upper, (1 - share) * lower + share * upper)
  )
}

restore_class <- function(values, template) {
  if (is.object(template)) {
    names <- names(values)
    attributes(values) <- c(attributes(template[0]), list(names = names))
  }
  values
}

bit_bins <- 65536

# The first pass: list(counts of the upper 16 bits, rows, missing).
count_values <- function(frame, template) {
  start <- list(counts = matrix(0, bit_bins, 1), rows = 0, missing = 0)
  fold_rows(frame, names(template), start, function(state, chunk) {
    values <- as_numbers(chunk[[1]])
    missing <- sum(is.na(values))
    list(
      counts = .Call(alx_c_count_bits, values, 48L, 0, state$counts),
      rows = state$rows + length(values) - missing, missing = state$missing + missing
    )
  })
}

# The values at these ranks, from 1; NA ranks give NA. So many are looked for at a time that their
# counts take 16 MiB at most.
order_statistics <- function(frame, template, start, ranks, gather_limit = 2^20) {
  wanted <- sort(unique(ranks[ranks >= 1]))
  parts <- split(wanted, (seq_along(wanted) - 1) %/% ranks_at_once)
  values <- lapply(parts, function(wanted) {
    some_statistics(frame, template, start, wanted, gather_limit)
  })
  as.double(unlist(values, use.names = FALSE))[match(ranks, wanted)]
}

ranks_at_once <- 32

# Of ranks that ascend. Up to 'gather_limit' values (8 MiB) are gathered and sorted instead of
# counted once more.
some_statistics <- function(frame, template, start, wanted, gather_limit) {
  found <- narrowed(numeric(length(wanted)), wanted, 0, start$counts)
  for (shift in c(32L, 16L, 0L)) {
    if (sum(found$size[!duplicated(found$prefix * bit_bins + found$bin)]) <= gather_limit) {
      return(gathered_statistics(frame, template, found, shift + 16L))
    }
    prefix <- found$prefix * bit_bins + found$bin
    prefixes <- sort(unique(prefix))
    counts <- fold_rows(
      frame, names(template), matrix(0, bit_bins, length(prefixes)),
      function(counts, chunk) {
        .Call(alx_c_count_bits, as_numbers(chunk[[1]]), shift, prefixes, counts)
      }
    )
    found <- narrowed(prefix, found$rank, prefixes, counts)
  }
  values_of(found, 0L, FALSE)
}

# For each rank the bin that it is in, its rank in the bin, and the bin's size.
narrowed <- function(prefix, rank, prefixes, counts) {
  found <- list(prefix = prefix, bin = rank, rank = rank, size = rank)
  for (i in seq_along(rank)) {
    column <- counts[, match(prefix[[i]], prefixes)]
    below <- cumsum(column)
    bin <- which(below >= rank[[i]])[[1]]
    found$bin[[i]] <- bin - 1
    found$rank[[i]] <- rank[[i]] - (below[[bin]] - column[[bin]])
    found$size[[i]] <- column[[bin]]
  }
  found
}

# The least or greatest value whose key begins as was found, before 'bits' more bits.
values_of <- function(found, bits, greatest) {
  .Call(alx_c_value_of_bits, found$prefix, found$bin, bits, greatest)
}

gathered_statistics <- function(frame, template, found, bits) {
  low <- values_of(found, bits, FALSE)
  # The greatest keys are those of NaN.
  high <- values_of(found, bits, TRUE)
  high[is.nan(high)] <- Inf
  low[is.nan(low)] <- -Inf
  groups <- which(!duplicated(low))
  held <- new_list()
  fold_rows(frame, names(template), NULL, function(state, chunk) {
    values <- as_numbers(chunk[[1]])
    held$add(lapply(groups, function(i) values[which(values >= low[[i]] & values <= high[[i]])]))
  })
  kept <- held$values()
  vapply(seq_along(found$rank), function(i) {
    group <- match(low[[i]], low[groups])
    values <- unlist(lapply(kept, `[[`, group))
    sort(values, partial = found$rank[[i]])[[found$rank[[i]]]]
  }, 0)
}
