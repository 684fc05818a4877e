# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A frame as base R's functions see it.

#' Frames, and what R's own functions make of them
#'
#' A frame of [alx_open_frame()] is a data frame that is not in memory. What is asked of it is
#' written down and done when rows are needed, one chunk at a time.
#'
#' | | |
#' |---|---|
#' | `frame["x"]`, `frame[c("x", "y")]`, `frame[, 2:3]` | a frame of these columns |
#' | `frame[1:10, ]`, `frame[5, "x"]` | a data frame of these rows; only their chunks are read |
#' | `frame$x`, `frame[["x"]]` | the column as a vector |
#' | `head(frame, n)` | a data frame of the first rows, as `arrange()` has them |
#' | `names(frame)`, `dim(frame)` | as for a data frame; after a filter or a join `NA` rows |
#' | `names(frame) <- ` | renames |
#' | `print(frame)`, `str(frame)` | what there is, and what was asked |
#' | `alx_explain(frame)` | what was asked, and how many chunks that reads |
#' | `summary(frame)` | numbers about each column, of one pass |
#'
#' `frame$x` is refused with `alluxior_memory` where it could take more than
#' `options(alluxior.result_bytes = 2^30)` bytes, so that a slip does not fill the memory; so are
#' groups and different rows beyond that. [alx_collect()] has no limit: who calls it means it.
#' A frame is never changed: `frame$x <- ` and the like are refused, and name `mutate()`.
#'
#' A chunk is not read at all where what is known about it (its least and greatest value of each
#' column, and how many are missing) tells that no row of it passes the filters.
#'
#' @param frame A frame.
#' @return `alx_explain()` gives a list, invisibly: `columns` (the stored ones that are read),
#'   `chunks` and `chunks_read` (how many there are, and how many may hold rows that pass),
#'   `steps` (what is done to each, in words).
#' @name alx_frame
#' @family frames
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' frame["Temp"]
#' frame[c(1, 153), c("Month", "Day")]
#' mean(frame$Temp)
#' summary(frame)
#' alx_explain(frame)
NULL

#' @export
dim.alx_frame <- function(x) {
  query <- query_of(x)
  rows <- if (keeps_rows(query)) .subset2(x, "manifest")$rows else NA_real_
  c(rows, length(query$ptype))
}

#' @export
names.alx_frame <- function(x) names(query_of(x)$ptype)

#' @export
length.alx_frame <- function(x) length(query_of(x)$ptype)

#' @export
dimnames.alx_frame <- function(x) list(NULL, names(x))

#' @export
`names<-.alx_frame` <- function(x, value) {
  with_names(before_order(x, "names<-"), as.character(value))
}

#' @export
`[.alx_frame` <- function(x, i, j, ...) {
  if (...length() > 0) {
    abort_alluxio(
      "alluxior_invalid", "frame[...]: there are arguments besides rows and columns.",
      "A part of a frame is never simplified: leave out `drop`."
    )
  }
  has_rows <- nargs() > 2 && !missing(i)
  columns <- NULL
  if (nargs() == 2 && !missing(i)) {
    columns <- i
  } else if (!missing(j)) {
    columns <- j
  }
  wanted <- column_names(opened(x), columns_wanted(columns, ncol(x)))
  if (!has_rows) {
    return(with_selection(before_order(x, "["), rlang::set_names(wanted)))
  }
  check_row_index(i)
  alx_collect(x, wanted, i)
}

# Columns may be left out by negative numbers, or chosen by TRUE and FALSE.
columns_wanted <- function(columns, count) {
  if (is.logical(columns) && length(columns) == count) {
    return(which(columns))
  }
  if (is.numeric(columns) && length(columns) > 0 && all(columns < 0)) {
    return(seq_len(count)[columns])
  }
  columns
}

check_row_index <- function(i) {
  if (!is.numeric(i) || any(i < 1, na.rm = TRUE)) {
    abort_unsupported(
      "[", paste0(class(i)[[1]], " rows"),
      "rows are chosen by their numbers; a condition is for filter()"
    )
  }
}

#' @export
`$.alx_frame` <- function(x, name) whole_column(x, name)

#' @export
`[[.alx_frame` <- function(x, i, ...) whole_column(x, i)

whole_column <- function(frame, column) {
  if (length(column) != 1) {
    abort_alluxio("alluxior_invalid", "frame[[...]]: gives one column.", "Use frame[...] for more.")
  }
  opened <- opened(frame)
  name <- column_names(opened, column)
  rows <- sum(opened$manifest$chunks$rows[opened$query$chunks])
  check_bytes(rows * element_bytes(opened$query$ptype[[name]]), paste0("column '", name, "' could"))
  alx_collect(frame, name)[[1]]
}

element_bytes <- function(ptype) {
  if (is.double(ptype) || is.character(ptype)) 8 else 4
}

refuse_change <- function(what) {
  abort_alluxio(
    "alluxior_unsupported", paste0(what, ": a frame is never changed."),
    "mutate() gives a frame with another column, compute() writes it; or collect() it first."
  )
}

#' @export
`$<-.alx_frame` <- function(x, name, value) refuse_change(paste0("frame$", name, " <- "))

#' @export
`[[<-.alx_frame` <- function(x, ..., value) refuse_change("frame[[...]] <- ")

#' @export
`[<-.alx_frame` <- function(x, ..., value) refuse_change("frame[...] <- ")

#' @export
as.list.alx_frame <- function(x, ...) {
  structure(lapply(names(x), function(name) x[[name]]), names = names(x))
}

#' @importFrom utils head
#' @export
head.alx_frame <- function(x, n = 6, ...) {
  check_number(n, "n", above = -1)
  first_rows(opened(x), names(x), n)
}

#' @importFrom utils str
#' @export
str.alx_frame <- function(object, ...) {
  cat("Frame of ", counted(dim(object)[[1]], "row"), " and ", sep = "")
  cat(counted(ncol(object), "column"), ", of which the first rows are a ", sep = "")
  utils::str(head(object, 10), ...)
}

counted <- function(n, what) {
  number <- if (is.na(n)) "an unknown number of" else format(n, big.mark = ",")
  paste0(number, " ", what, if (!identical(as.double(n), 1)) "s")
}

#' @export
print.alx_frame <- function(x, ...) {
  query <- query_of(x)
  cat("<alx_frame> ", .subset2(x, "store")$place, "\n", sep = "")
  cat(counted(dim(x)[[1]], "row"), ", ", counted(ncol(x), "column"), ", ", chunks_said(query), "\n",
      sep = "")
  for (name in names(x)) {
    class <- paste(column_class(query$ptype[[name]]), collapse = "/")
    cat("  ", format(name, width = max(nchar(names(x)))), "  ", class, "\n", sep = "")
  }
  if (length(query$groups) > 0) {
    cat("groups: ", toString(query$groups), "\n", sep = "")
  }
  for (line in steps_said(query)) {
    cat("then ", line, "\n", sep = "")
  }
  invisible(x)
}

chunks_said <- function(query) {
  count <- length(query$chunks)
  read <- sum(query$chunks)
  paste0(counted(count, "chunk"), if (read < count) paste0(" of which ", read, " may be read"))
}

steps_said <- function(query) {
  said <- vapply(query$steps, function(step) {
    switch(step$verb,
      filter = paste0("filter(", step$label, ")"),
      mutate = paste0("mutate(", step$name, " = ", step$label, ")"),
      select = paste0("select(", toString(names(step$from), width = 60), ")"),
      join = paste0(step$join, "(", step$label, ")")
    )
  }, "")
  order <- vapply(query$order, function(part) {
    paste0("arrange(", if (part$decreasing) "desc ", rlang::as_label(part$value), ")")
  }, "")
  c(said, order)
}

#' @rdname alx_frame
#' @export
alx_explain <- function(frame) {
  opened <- opened(frame)
  query <- opened$query
  plan <- plan_of(query, union(names(frame), order_columns(query$order)))
  explained <- list(
    columns = plan$columns, chunks = length(query$chunks), chunks_read = sum(query$chunks),
    steps = steps_said(query)
  )
  cat("reads ", explained$chunks_read, " of ", counted(explained$chunks, "chunk"), "\n", sep = "")
  cat("of the columns ", toString(explained$columns, width = 200), "\n", sep = "")
  for (line in explained$steps) {
    cat("then ", line, "\n", sep = "")
  }
  invisible(explained)
}

# For utils' completion of frame$.
#' @importFrom utils .DollarNames
#' @export
.DollarNames.alx_frame <- function(x, pattern = "") grep(pattern, names(x), value = TRUE)
