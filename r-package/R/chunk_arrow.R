# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Frames out of Arrow and Parquet
#'
#' Takes batches that another library of the same process has in Arrow's form, such as pyarrow (by
#' the package reticulate) with a Parquet file, or nanoarrow: without that library being needed here
#' and without a file between. `alx_arrow_stream()` makes a place for a stream of the Arrow C Stream
#' Interface; its `format()` is the address, as digits, to export to. `alx_arrow_batches()` gives
#' what was exported batch by batch, for [alx_write_frame()]. A stream is read once.
#'
#' | Arrow | R |
#' |---|---|
#' | bool, null | logical |
#' | int8, int16, int32, uint8, uint16 | integer |
#' | uint32, float16, float32, float64 | double |
#' | int64, uint64 | integer64 |
#' | string, large string | character |
#' | dictionary of strings | factor, or ordered |
#' | date32, date64 | Date |
#' | timestamp | POSIXct; in `"UTC"` where it has no zone |
#' | time32, time64, duration | difftime in seconds |
#'
#' A double of seconds tells microseconds apart, not nanoseconds. A value that its class cannot hold
#' (int32's -2^31, uint64's from 2^63) and every other type (binary, decimal, list, struct, string
#' view and so on) is an error of class `alluxior_invalid` that names the column: cast it first.
#'
#' @return `alx_arrow_stream()`: an object of class `alx_arrow_stream`. `alx_arrow_batches()`: a
#'   function that returns a data.frame at each call, and `NULL` at the end.
#' @family frames
#' @export
#' @examples
#' stream <- alx_arrow_stream()
#' format(stream)
#' \dontrun{
#' pa <- reticulate::import("pyarrow")
#' file <- reticulate::import("pyarrow.parquet")$ParquetFile("sales.parquet")
#' batches <- pa$RecordBatchReader$from_batches(file$schema_arrow, file$iter_batches())
#' to <- reticulate::py_eval(paste0("lambda batches: batches._export_to_c(", format(stream), ")"))
#' to(batches)
#' alx_write_frame(alx_arrow_batches(stream), "/sales", con)
#' }
alx_arrow_stream <- function() {
  pointer <- transport_result(.Call(alx_c_arrow_new), NULL)
  structure(list(pointer = pointer), class = "alx_arrow_stream")
}

#' @export
format.alx_arrow_stream <- function(x, ...) .Call(alx_c_arrow_address, x$pointer)

#' @export
print.alx_arrow_stream <- function(x, ...) {
  cat("<alx_arrow_stream> to be exported to at ", format(x), "\n", sep = "")
  invisible(x)
}

#' @rdname alx_arrow_stream
#' @param stream From `alx_arrow_stream()`, after something was exported into it.
#' @export
alx_arrow_batches <- function(stream) {
  if (!inherits(stream, "alx_arrow_stream")) {
    abort_alluxio(
      "alluxior_invalid", paste0("`stream` is ", said(stream), "."),
      "Make it by alx_arrow_stream(), and export into it."
    )
  }
  ended <- FALSE
  function() {
    batch <- if (!ended) transport_result(.Call(alx_c_arrow_next, stream$pointer), "the stream")
    if (is.null(batch)) {
      ended <<- TRUE
      return(NULL)
    }
    frame <- lapply(batch$columns, arrow_column)
    names(frame) <- vapply(batch$columns, `[[`, "", "name")
    frame_of(frame, batch$rows)
  }
}

# The vector that list(name, format, values, levels, ordered) of src/r_arrow.c is. Formats are those
# of the Arrow C Data Interface.
arrow_column <- function(column) {
  if (is.null(column$values)) {
    refuse_arrow(column, paste0("is of Arrow's type '", column$format, "'"))
  }
  if (!is.null(column$levels)) {
    return(arrow_factor(column))
  }
  attributes(column$values) <- switch(substr(column$format, 1, 2),
    l = ,
    L = integer64_attributes(),
    td = list(class = "Date"),
    tt = ,
    tD = list(class = "difftime", units = "secs"),
    ts = list(class = c("POSIXct", "POSIXt"), tzone = arrow_zone(column$format))
  )
  column$values
}

arrow_factor <- function(column) {
  if (anyNA(column$levels) || anyDuplicated(column$levels)) {
    refuse_arrow(column, "has a dictionary with a null, or with two equal strings")
  }
  class <- c(if (column$ordered) "ordered", "factor")
  structure(column$values, levels = column$levels, class = class)
}

# What stands behind "tsu:" and the like.
arrow_zone <- function(format) {
  zone <- substring(format, 5)
  if (nzchar(zone)) zone else "UTC"
}

refuse_arrow <- function(column, why) {
  abort_alluxio(
    "alluxior_invalid",
    paste0("column '", column$name, "' ", why, ", which a frame cannot hold."),
    "Cast it to a number, string, date or timestamp before, or leave it out.",
    column = column$name
  )
}
