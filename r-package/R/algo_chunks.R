# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# How the algorithms see a frame: its columns' names and classes, and its rows a chunk at a time. A
# chunk is a data.frame; one is in memory at a time, and between two of them R hears an interrupt.

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

# add(state, chunk) for one chunk after the other, or until is_done(state).
fold_chunks <- function(frame, columns, state, add, is_done = function(state) FALSE) {
  next_chunk <- frame_chunks(frame, columns)
  while (!is_done(state)) {
    chunk <- next_chunk()
    if (is.null(chunk)) {
      break
    }
    state <- add(state, chunk)
  }
  state
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
    rows <- fold_chunks(frame, columns, 0, function(count, chunk) count + nrow(chunk))
  }
  rows
}
