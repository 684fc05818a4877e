# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' A random sample of rows that is the same each time
#'
#' Every row has a number that hangs on its place and on `seed`; the rows with the smallest numbers
#' are the sample. It does not hang on where chunks end, and R's own random numbers are not touched.
#' One pass, with the sample and a chunk in memory.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param rows How many rows; all where the frame has no more.
#' @param columns Names or numbers of columns. By default all.
#' @param seed A whole number, from 0.
#' @return A data.frame, in the order of the frame.
#' @family algorithms
#' @examples
#' alx_sample(alx_write_frame(airquality, tempfile()), 5, seed = 3)
#' @export
alx_sample <- function(frame, rows, columns = NULL, seed = 1) {
  check_whole(rows, "rows")
  check_whole(seed, "seed")
  start <- list(seen = 0, keys = numeric(), sample = frame_template(frame, columns))
  state <- fold_rows(frame, columns, start, function(state, chunk) {
    sample_with(state, chunk, rows, seed)
  })
  `row.names<-`(state$sample, NULL)
}

check_whole <- function(value, name) {
  if (!is.numeric(value) || length(value) != 1 || !isTRUE(value >= 0 && value < 2^31)) {
    abort_alluxio(
      "alluxior_invalid", paste0(name, " is ", deparse1(value), "."), "Give a number from 0."
    )
  }
}

# The sample of all rows so far, this chunk's among them.
sample_with <- function(state, chunk, rows, seed) {
  keys <- .Call(alx_c_row_numbers, state$seen, as.double(nrow(chunk)), seed)
  # Most of a chunk is out already.
  limit <- if (length(state$keys) == rows) max(state$keys, 0) else Inf
  candidates <- which(keys < limit)
  all_keys <- c(state$keys, keys[candidates])
  chosen <- sort(order(all_keys)[seq_len(min(rows, length(all_keys)))])
  both <- rbind(state$sample, chunk[candidates, , drop = FALSE])
  list(
    seen = state$seen + nrow(chunk), keys = all_keys[chosen],
    sample = both[chosen, , drop = FALSE]
  )
}
