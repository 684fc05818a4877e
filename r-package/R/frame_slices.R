# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# The rows that a query gives, a few at a time: what verbs and algorithms make of some rows is then
# small beside a chunk, which may be most of the memory that there is.

slice_rows <- 2^16

# A function that gives the next rows, as a data.frame of the columns 'wanted', and NULL after the
# last. One chunk's columns are in memory, in vectors that are filled anew for each chunk; what is
# given out is copied from them. A chunk that cannot have any row is not read.
row_slices <- function(frame, wanted) {
  plan <- plan_of(frame$query, wanted)
  columns <- match(plan$columns, names(frame$manifest$columns))
  chunks <- which(frame$query$chunks)
  chunk_rows <- frame$manifest$chunks$rows[chunks]
  schemas <- frame$manifest$columns[columns]
  buffers <- lapply(schemas, empty_values, max(0, chunk_rows))
  chunk <- 0
  done <- 0
  fill_next <- function() {
    chunk <<- chunk + 1
    done <<- 0
    if (length(columns) > 0) {
      fill_from_chunk(frame, chunks[[chunk]], columns, buffers, 0)
    }
  }
  drop_buffers <- function() {
    is_large <- sum(lengths(buffers)) > 2^20
    buffers <<- NULL
    # Or R would keep those of several passes, until its heap has grown by as much.
    if (is_large) gc(verbose = FALSE)
    NULL
  }
  function() {
    while (chunk == 0 || done == chunk_rows[[chunk]]) {
      if (chunk == length(chunks)) {
        return(drop_buffers())
      }
      fill_next()
    }
    count <- min(slice_rows, chunk_rows[[chunk]] - done)
    stored <- lapply(buffers, function(buffer) .Call(alx_c_slice, buffer, done, count))
    done <<- done + count
    rows <- run_steps(plan$steps, frame_of_stored(frame, columns, stored, count))
    frame_of(as.list(rows)[wanted], nrow(rows))
  }
}

# add(state, rows) for what such a function gives, to its end or until is_done(state). Between two
# calls R hears an interrupt.
fold <- function(next_rows, state, add, is_done = function(state) FALSE) {
  while (!is_done(state)) {
    rows <- next_rows()
    if (is.null(rows)) {
      break
    }
    state <- add(state, rows)
  }
  state
}

# A list that grows in place.
new_list <- function() {
  held <- list()
  list(add = function(x) held[length(held) + 1] <<- list(x), values = function() held)
}

all_slices <- function(frame, wanted) {
  pieces <- new_list()
  fold(row_slices(frame, wanted), NULL, function(state, rows) pieces$add(rows))
  pieces$values()
}
