# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What reads rows of a frame and gives a data frame, or writes a new one.

#' @exportS3Method dplyr::collect
collect.alx_frame <- function(x, ...) as_dplyr_has_it(alx_collect(x), query_of(x)$groups)

as_dplyr_has_it <- function(rows, groups = character()) {
  rows <- dplyr::as_tibble(rows)
  if (length(groups) > 0) dplyr::group_by(rows, !!!rlang::syms(groups)) else rows
}

#' @exportS3Method dplyr::pull
pull.alx_frame <- function(.data, var = -1, name = NULL, ...) {
  refuse_arguments("pull", name = !missing(name))
  at <- tidyselect::vars_pull(names(.data), !!rlang::enquo(var))
  .data[[at]]
}

#' @exportS3Method dplyr::slice_head
slice_head.alx_frame <- function(.data, ..., n = 1, prop) {
  refuse_arguments("slice_head", prop = !missing(prop), groups = length(query_of(.data)$groups) > 0)
  as_dplyr_has_it(utils::head(.data, n))
}

#' @exportS3Method dplyr::slice_sample
slice_sample.alx_frame <- function(.data, ..., n = 1, prop, weight_by = NULL, replace = FALSE) {
  frame <- before_order(.data, "slice_sample")
  refuse_arguments(
    "slice_sample", groups = length(query_of(frame)$groups) > 0, weight_by = !missing(weight_by)
  )
  counts <- chunk_counts(opened(frame))
  rows <- sum(counts)
  size <- if (missing(prop)) n else floor(prop * rows)
  check_number(size, if (missing(prop)) "n" else "prop", above = -1)
  size <- if (replace) size else min(size, rows)
  at <- if (rows > 0) sample.int(rows, size, replace = replace) else integer()
  as_dplyr_has_it(rows_collected(opened(frame), names(frame), at, counts))
}

#' @exportS3Method dplyr::distinct
distinct.alx_frame <- function(.data, ..., .keep_all = FALSE) {
  frame <- before_order(.data, "distinct")
  quosures <- rlang::enquos(..., .named = TRUE)
  frame <- with_columns(frame, "distinct", computed(quosures, frame))
  groups <- query_of(frame)$groups
  by <- if (length(quosures) > 0) unique(c(groups, names(quosures))) else names(frame)
  kept <- if (.keep_all) names(frame) else by
  opened <- opened(frame)
  start <- with_distinct(NULL, opened$query$ptype[kept], by)
  state <- fold(row_slices(opened, kept), start, function(state, rows) {
    rows <- vctrs::vec_slice(rows, vctrs::vec_unique_loc(rows[by]))
    with_distinct(state, rows, by)
  })
  as_dplyr_has_it(distinct_rows(state), groups)
}

#' @exportS3Method dplyr::compute
compute.alx_frame <- function(x, path, con = NULL, ...) {
  frame <- before_order(x, "compute")
  opened <- opened(frame)
  next_rows <- row_slices(opened, names(frame))
  batch <- opened$query$ptype
  next_batch <- function() {
    given <- batch
    if (!is.null(given)) {
      batch <<- next_rows()
    }
    given
  }
  written <- alx_write_frame(next_batch, path, con, ...)
  with_query(written, groups = opened$query$groups, drop = opened$query$drop)
}

# How many rows each chunk has in the end; they are read where a filter must be asked.
chunk_counts <- function(frame) {
  if (keeps_rows(frame$query)) {
    return(frame$manifest$chunks$rows)
  }
  counts <- numeric(length(frame$query$chunks))
  plan <- plan_of(frame$query, character())
  for (i in which(frame$query$chunks)) {
    counts[[i]] <- nrow(planned_chunk(frame, plan, i))
  }
  counts
}

# Rows by their numbers in the result, in the order wanted.
rows_collected <- function(frame, wanted, rows, counts) {
  check_row_numbers(frame, rows, sum(counts))
  before <- cumsum(counts) - counts
  chunk_of <- findInterval(rows - 1, cumsum(counts)) + 1L
  plan <- plan_of(frame$query, wanted)
  pieces <- list()
  for (i in sort(unique(chunk_of))) {
    chunk <- planned_chunk(frame, plan, i)[wanted]
    pieces <- c(pieces, list(rows_in_order(chunk, rows[chunk_of == i] - before[[i]])))
  }
  found <- bound(frame$query$ptype[wanted], pieces)
  rows_in_order(found, order(order(chunk_of)))
}

rows_in_order <- function(rows, at) frame_of(lapply(rows, elements_at, at), length(at))

# The first rows, as they are arranged. The best of each slice are held until there are twice as
# many as are wanted.
first_rows <- function(frame, wanted, n) {
  order <- frame$query$order
  needed <- union(wanted, order_columns(order))
  ptype <- frame$query$ptype[needed]
  best_of <- function(pieces) best_rows(bound(ptype, pieces), order, n)
  add <- function(held, rows) {
    held <- c(held, list(best_rows(rows, order, n)))
    if (rows_of(held) > 2 * max(n, slice_rows)) list(best_of(held)) else held
  }
  is_done <- function(held) length(order) == 0 && rows_of(held) >= n
  best <- best_of(fold(row_slices(frame, needed), list(), add, is_done))
  frame_of(as.list(best)[wanted], nrow(best))
}

rows_of <- function(pieces) sum(vapply(pieces, nrow, 0L))

order_columns <- function(order) unlist(lapply(order, function(part) all.vars(part$value)))

best_rows <- function(rows, order, n) {
  at <- if (length(order) > 0) order_of(rows, order) else seq_len(nrow(rows))
  rows_in_order(rows, utils::head(at, n))
}

# The order that arrange() asks for; NA comes last, and equals stay as they are.
order_of <- function(rows, order) {
  keys <- lapply(order, function(part) {
    order_keys(plain_column(evaluated(part$value, rows, part), nrow(rows)))
  })
  decreasing <- rep(vapply(order, `[[`, NA, "decreasing"), lengths(keys))
  do.call(base::order, c(
    unlist(keys, recursive = FALSE), list(decreasing = decreasing, method = "radix")
  ))
}

# What order() takes for a column: of integers of 64 bits their two halves.
order_keys <- function(column) {
  if (is_int64(column)) {
    return(words_of(column))
  }
  attributes(column) <- NULL
  list(column)
}

words_of <- function(x) {
  attributes(x) <- NULL
  bytes <- writeBin(x, raw(), endian = "little")
  words <- readBin(bytes, "integer", 2 * length(x), 4, endian = "little")
  even <- seq_along(x) * 2
  high <- ifelse(is.na(words[even]), -2^31, words[even])
  low <- ifelse(is.na(words[even - 1]), 2^31, words[even - 1] %% 2^32)
  is_missing <- high == -2^31 & low == 0
  list(high = replace(high, is_missing, NA), low = replace(low, is_missing, NA))
}
