# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# The steps of a query, done to the rows of one chunk.

# The rows that chunk i has in the end; a chunk that cannot have any is not read.
planned_chunk <- function(frame, plan, i) {
  run_steps(plan$steps, stored_chunk(frame, match(plan$columns, names(frame$manifest$columns)), i))
}

stored_chunk <- function(frame, which, i) {
  if (!frame$query$chunks[[i]]) {
    return(frame_of_stored(frame, which, lapply(frame$manifest$columns[which], empty_values, 0), 0))
  }
  # Without a column the file is not opened.
  stored <- if (length(which) > 0) read_chunk_values(frame, i, which) else list()
  frame_of_stored(frame, which, stored, frame$manifest$chunks$rows[[i]])
}

run_steps <- function(steps, rows) {
  for (step in steps) {
    rows <- switch(step$verb,
      filter = passing(rows, step),
      mutate = with_column(rows, step),
      select = frame_of(renamed_columns(rows, step$from), nrow(rows)),
      join = joined(rows, step)
    )
  }
  rows
}

renamed_columns <- function(rows, from) lapply(from, function(name) rows[[name]])

passing <- function(rows, step) {
  if (nrow(rows) == 0) {
    return(rows)
  }
  passes <- evaluated(step$condition, rows, step)
  if (length(passes) == 1) {
    passes <- rep(passes, nrow(rows))
  }
  rows_at(rows, which(passes))
}

rows_at <- function(rows, at) {
  if (length(at) == nrow(rows)) rows else frame_of(lapply(rows, elements_at, at), length(at))
}

elements_at <- function(column, at) {
  attributes <- attributes(column)
  attributes(column) <- NULL
  column <- column[at]
  attributes(column) <- attributes
  column
}

with_column <- function(rows, step) {
  rows[[step$name]] <- if (nrow(rows) == 0) step$ptype else column_value(step, rows)
  rows
}

# What a column's values are like was found out when the verb was called. Were they otherwise in
# some chunk, the chunks would not be parts of one column.
column_value <- function(step, rows) {
  value <- plain_column(evaluated(step$value, rows, step), nrow(rows))
  if (!identical(kind_of(value), kind_of(step$ptype))) {
    abort_unsupported(
      "mutate", step$label, "gives values of one kind for some rows and of another for others"
    )
  }
  value
}

kind_of <- function(column) elements_at(column, integer())

# One value stands for all rows.
plain_column <- function(value, rows) {
  names(value) <- NULL
  if (length(value) == 1 && rows != 1) elements_at(value, rep(1L, rows)) else value
}

# All rows of these columns, as they are arranged.
collected <- function(frame, wanted) {
  needed <- union(wanted, order_columns(frame$query$order))
  pieces <- all_slices(frame, needed)
  check_result_rows(sum(vapply(pieces, nrow, 0)))
  rows <- bound(frame$query$ptype[needed], pieces)
  frame_of(as.list(best_rows(rows, frame$query$order, nrow(rows)))[wanted], nrow(rows))
}

# Pieces of a frame, one below the other.
bound <- function(ptype, pieces) {
  columns <- lapply(names(ptype), function(name) {
    of_kind(ptype[[name]], lapply(pieces, function(piece) piece[[name]]))
  })
  names(columns) <- names(ptype)
  frame_of(columns, sum(vapply(pieces, nrow, 0L)))
}

of_kind <- function(ptype, pieces) {
  plain <- function(column) {
    attributes(column) <- NULL
    column
  }
  values <- unlist(c(list(plain(ptype)), lapply(pieces, plain)))
  attributes(values) <- attributes(ptype)
  values
}

missing_values <- function(ptype, n) {
  attributes <- attributes(ptype)
  values <- if (is_int64(ptype)) unclass(bit64::NA_integer64_) else plain_na(ptype)
  attributes(values) <- NULL
  values <- rep(values, n)
  attributes(values) <- attributes
  values
}

plain_na <- function(ptype) {
  attributes(ptype) <- NULL
  ptype[NA_integer_]
}

# What a frame gives without being asked to collect() it, and what a verb keeps of groups, is at
# most this.
result_limit_bytes <- function() getOption("alluxior.result_bytes", 2^30)

check_room <- function(rows, what) check_bytes(as.double(utils::object.size(rows)), what)

check_bytes <- function(bytes, what) {
  if (bytes > result_limit_bytes()) {
    abort_alluxio(
      "alluxior_memory",
      paste0(
        what, " take ", format(bytes, big.mark = ",", digits = 10),
        " bytes, more than the limit of ",
        format(result_limit_bytes(), big.mark = ",", digits = 10), "."
      ),
      paste(
        "Ask for fewer columns or rows, or collect() what you need; the limit is",
        "options(alluxior.result_bytes = )."
      )
    )
  }
}
