# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' The rows of a csv file, batch by batch
#'
#' For [alx_write_frame()], so that a csv file larger than the memory becomes a frame. Columns get
#' their classes from the first batch, as with [utils::read.csv()], or from `colClasses`; a value
#' further down that does not fit is an error, and nothing is written. So is a line that has too
#' few or too many values.
#'
#' @param file The csv file's name; it may be compressed.
#' @param batch_rows How many rows to read at a time.
#' @param ... For [utils::read.csv()], such as `colClasses`, `sep`, `dec` or `na.strings`.
#' @return A function that returns a data.frame at each call, and `NULL` at the end of the file.
#' @family frames
#' @export
#' @examples
#' csv <- tempfile()
#' write.csv(airquality, csv, row.names = FALSE)
#' frame <- alx_write_frame(alx_csv_batches(csv), tempfile())
#' dim(frame)
alx_csv_batches <- function(file, batch_rows = 65536, ...) {
  check_number(batch_rows, "batch_rows", above = 0)
  state <- new.env(parent = emptyenv())
  state$input <- open_csv(file)
  reg.finalizer(state, function(state) close_csv(state))
  function() {
    if (is.null(state$input) || is_at_end(state$input)) {
      close_csv(state)
      return(NULL)
    }
    batch <- read_batch(state, file, batch_rows, ...)
    state$names <- names(batch)
    state$classes <- vapply(batch, function(column) class(column)[[1]], "")
    batch
  }
}

open_csv <- function(file) {
  if (!rlang::is_string(file) || !file.exists(file)) {
    abort_alluxio(
      "alluxior_not_found", paste0(said(file), ": there is no such file."), "Check the name."
    )
  }
  base::file(file, "rt")
}

close_csv <- function(state) {
  if (!is.null(state$input)) {
    close(state$input)
    state$input <- NULL
  }
}

is_at_end <- function(input) {
  line <- readLines(input, 1)
  pushBack(line, input)
  length(line) == 0
}

# Beyond the first batch, names and classes are those of the first; NULL before it.
read_batch <- function(state, file, batch_rows, ...) {
  arguments <- list(state$input, nrows = batch_rows, fill = FALSE, check.names = FALSE, ...)
  if (!is.null(state$names)) {
    arguments[c("header", "col.names", "colClasses")] <- list(FALSE, state$names, state$classes)
  }
  tryCatch(
    do.call(utils::read.csv, arguments),
    error = function(e) {
      abort_alluxio(
        "alluxior_invalid", paste0(file, ": ", conditionMessage(e), "."),
        "Correct the file, or say what its columns are: colClasses = c(name = \"character\").",
        path = file
      )
    }
  )
}
