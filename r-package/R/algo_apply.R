# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' A function of one's own, chunk by chunk
#'
#' `alx_apply()` gives a list of what `f` makes of each chunk. `alx_reduce()` puts such results
#' together as it goes, so that only two are in memory. `alx_iter()` gives a function that hands out
#' one chunk after the other, in the form that `biglm::bigglm()` takes as `data`: called with
#' `reset = TRUE` it begins anew, with `reset = FALSE` it gives the next chunk, and `NULL` after the
#' last. Only where chunks end depends on how the frame was written: a result should not.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param f A function of a data.frame.
#' @param combine A function of two results of `f`, or of its own.
#' @param columns Names or numbers of columns. By default all.
#' @return `alx_apply()` a list, `alx_reduce()` a result (`NULL` for a frame without rows),
#'   `alx_iter()` a function.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' alx_apply(frame, nrow, "Temp")
#' alx_reduce(frame, function(chunk) range(chunk$Temp), range, "Temp")
#' next_chunk <- alx_iter(frame, c("Wind", "Temp"))
#' next_chunk(reset = TRUE)
#' head(next_chunk())
#' next_chunk()
#' @export
alx_apply <- function(frame, f, columns = NULL) {
  f <- match.fun(f)
  results <- new_list()
  fold(frame_chunks(frame, columns), NULL, function(state, chunk) results$add(f(chunk)))
  results$values()
}

#' @rdname alx_apply
#' @export
alx_reduce <- function(frame, f, combine, columns = NULL) {
  f <- match.fun(f)
  combine <- match.fun(combine)
  state <- fold(frame_chunks(frame, columns), list(), function(state, chunk) {
    list(if (length(state) == 0) f(chunk) else combine(state[[1]], f(chunk)))
  })
  if (length(state) > 0) state[[1]]
}

#' @rdname alx_apply
#' @export
alx_iter <- function(frame, columns = NULL) {
  next_chunk <- frame_chunks(frame, columns)
  function(reset = FALSE) {
    if (reset) {
      next_chunk <<- frame_chunks(frame, columns)
      return(invisible())
    }
    next_chunk()
  }
}
