# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# How the algorithms see a frame: its columns' names and classes, and its rows a few at a time, as a
# data.frame.

# A function that gives the next chunk at each call, and NULL at the end.
frame_chunks <- function(frame, columns) {
  count <- length(opened(frame)$manifest$chunks$file)
  given <- 0
  function() {
    if (given < count) {
      given <<- given + 1
      alx_read_chunk(frame, given, columns)
    }
  }
}

# add(state, chunk) for some rows after the others, or until is_done(state).
fold_rows <- function(frame, columns, state, add, ...) {
  frame <- opened(frame)
  fold(row_slices(frame, column_names(frame, columns)), state, add, ...)
}

# A data.frame without rows that has the frame's columns.
frame_template <- function(frame, columns = NULL) {
  frame <- opened(frame)
  frame$query$ptype[column_names(frame, columns)]
}

# How many rows there are; of a filtered frame nobody knows before they are read.
frame_rows <- function(frame, columns) {
  rows <- dim(frame)[[1]]
  if (is.na(rows)) {
    rows <- fold_rows(frame, columns, 0, function(count, chunk) count + nrow(chunk))
  }
  rows
}
