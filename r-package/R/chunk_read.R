# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Open a frame that is stored in chunks
#'
#' Reads what is known about the frame, and none of its rows. The frame stays what it was when it
#' was opened: when it is replaced, reading it further is the error `alluxior_changed`.
#'
#' @param path The folder that [alx_write_frame()] has written.
#' @param con From [alx_connect()]; `NULL` for a local folder.
#' @return An object of class `alx_frame`; `dim()`, `names()` and `print()` tell about it.
#' @examples
#' path <- tempfile()
#' alx_write_frame(airquality, path)
#' frame <- alx_open_frame(path)
#' frame
#' alx_read_chunk(frame, 1, c("Ozone", "Day"))
#' alx_collect(frame, "Temp", rows = 10:12)
#' @export
alx_open_frame <- function(path, con = NULL) {
  store <- frame_store(path, con)
  current <- current_manifest(store)
  if (is.null(current)) {
    abort_alluxio(
      "alluxior_not_found", paste0(store$place, ": there is no frame."),
      "Check the path; alx_write_frame() writes a frame.",
      path = store$place
    )
  }
  new_frame(store, current, manifest_of(store$get(current), file_in(store, current)))
}

# The name of the manifest that rules, or NULL.
current_manifest <- function(store) {
  numbers <- manifest_numbers(store$list())
  if (any(numbers > 0)) manifest_name(max(numbers))
}

file_in <- function(store, name) paste0(store$place, "/", name)

new_frame <- function(store, manifest_file, manifest) {
  version <- as.raw(strtoi(substring(manifest$version, seq(1, 31, 2), seq(2, 32, 2)), 16))
  structure(
    list(store = store, manifest_file = manifest_file, manifest = manifest, version = version),
    class = "alx_frame"
  )
}

#' @export
dim.alx_frame <- function(x) {
  manifest <- .subset2(x, "manifest")
  c(manifest$rows, length(manifest$columns))
}

#' @export
names.alx_frame <- function(x) names(.subset2(x, "manifest")$columns)

#' @export
print.alx_frame <- function(x, ...) {
  manifest <- .subset2(x, "manifest")
  counted <- function(n, what) paste0(format(n, big.mark = ","), " ", what, if (n != 1) "s")
  cat(
    "<alx_frame> ", .subset2(x, "store")$place, "\n",
    counted(manifest$rows, "row"), ", ", counted(length(manifest$columns), "column"), ", ",
    counted(length(manifest$chunks$file), "chunk"), "\n",
    sep = ""
  )
  for (column in manifest$columns) {
    cat("  ", format(column$name, width = max(nchar(names(x)))), "  ", column$class, "\n", sep = "")
  }
  invisible(x)
}

#' Read a frame, or a part of it
#'
#' `alx_collect()` gives a plain data.frame, of the columns and rows asked for; only the chunks
#' that hold these are read. `alx_read_chunk()` gives one chunk; with it, a frame larger than the
#' memory is worked on piece by piece. Everything that is read is checked: what was damaged is the
#' error `alluxior_corrupt`, which names the file and the offset.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param i The chunk's number, from 1.
#' @param columns Names or numbers of columns, in the order wanted. By default all.
#' @param rows Numbers of rows, in the order wanted; a row may be asked for more than once. By
#'   default all.
#' @return A data.frame. `alx_verify_frame()` gives the frame, invisibly.
#' @examples
#' path <- tempfile()
#' frame <- alx_write_frame(airquality, path)
#' alx_collect(frame, c("Month", "Day"), rows = c(1, 153))
#' alx_verify_frame(frame)
#' @export
alx_collect <- function(frame, columns = NULL, rows = NULL) {
  frame <- opened(frame)
  which <- column_numbers(frame, columns)
  check_result_rows(if (is.null(rows)) frame$manifest$rows else length(rows))
  stored <- if (is.null(rows)) all_rows(frame, which) else some_rows(frame, which, rows)
  frame_of_stored(frame, which, stored, if (is.null(rows)) frame$manifest$rows else length(rows))
}

#' @rdname alx_collect
#' @export
alx_read_chunk <- function(frame, i, columns = NULL) {
  frame <- opened(frame)
  check_chunk_number(frame, i)
  which <- column_numbers(frame, columns)
  rows <- frame$manifest$chunks$rows[[i]]
  frame_of_stored(frame, which, read_chunk_values(frame, i, which), rows)
}

#' @rdname alx_collect
#' @details `alx_verify_frame()` reads all chunks and compares everything in them with everything
#'   that is said about them.
#' @export
alx_verify_frame <- function(frame) {
  opened <- opened(frame)
  codes <- dictionary_lengths(opened$manifest$columns)
  for (i in seq_along(opened$manifest$chunks$file)) {
    on_chunk(opened, i, function(source, expected) {
      .Call(alx_c_chunk_verify, source, expected, codes)
    })
  }
  invisible(frame)
}

# The plain list behind a frame, whose names() are its columns'.
opened <- function(frame) {
  if (!inherits(frame, "alx_frame")) {
    abort_alluxio(
      "alluxior_invalid", "frame is no alx_frame.", "Open it first: alx_open_frame(path)."
    )
  }
  unclass(frame)
}

column_numbers <- function(frame, columns) {
  names <- names(frame$manifest$columns)
  if (is.null(columns)) {
    return(seq_along(names))
  }
  which <- if (is.character(columns)) match(columns, names) else match(columns, seq_along(names))
  if (anyNA(which) || anyDuplicated(which)) {
    wrong <- columns[is.na(which) | duplicated(which)][[1]]
    abort_alluxio(
      "alluxior_invalid",
      paste0("columns: ", deparse1(wrong), " is not a column, or is given twice."),
      paste0("The columns are ", toString(names, width = 300), "."),
      path = frame$store$place
    )
  }
  which
}

check_chunk_number <- function(frame, i) {
  count <- length(frame$manifest$chunks$file)
  if (!is.numeric(i) || length(i) != 1 || !i %in% seq_len(count)) {
    abort_alluxio(
      "alluxior_invalid", paste0("i: there is no chunk ", deparse1(i), "."),
      paste0("Chunks are numbered from 1; this frame has ", count, "."),
      path = frame$store$place
    )
  }
}

check_result_rows <- function(rows) {
  if (rows > .Machine$integer.max) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("a data.frame cannot have ", format(rows, big.mark = ","), " rows."),
      "Ask for fewer rows, or read the frame chunk by chunk: alx_read_chunk()."
    )
  }
}

all_rows <- function(frame, which) {
  stored <- lapply(frame$manifest$columns[which], empty_values, frame$manifest$rows)
  for (i in seq_along(frame$manifest$chunks$file)) {
    fill_from_chunk(frame, i, which, stored, (i - 1) * frame$manifest$chunk_rows)
  }
  stored
}

some_rows <- function(frame, which, rows) {
  check_row_numbers(frame, rows)
  stored <- lapply(frame$manifest$columns[which], empty_values, length(rows))
  chunk_of <- (rows - 1) %/% frame$manifest$chunk_rows + 1
  for (i in sort(unique(chunk_of))) {
    here <- base::which(chunk_of == i)
    values <- read_chunk_values(frame, i, which)
    within <- rows[here] - (i - 1) * frame$manifest$chunk_rows
    stored <- Map(function(all, chunk) replace(all, here, chunk[within]), stored, values)
  }
  stored
}

check_row_numbers <- function(frame, rows) {
  count <- frame$manifest$rows
  right <- is.numeric(rows) && !anyNA(rows) && all(rows >= 1 & rows <= count & rows == floor(rows))
  if (!right) {
    abort_alluxio(
      "alluxior_invalid", "rows: not all are numbers of rows.",
      paste0("Rows are numbered from 1; this frame has ", format(count, big.mark = ","), "."),
      path = frame$store$place
    )
  }
}

read_chunk_values <- function(frame, i, which) {
  stored <- lapply(frame$manifest$columns[which], empty_values, frame$manifest$chunks$rows[[i]])
  fill_from_chunk(frame, i, which, stored, 0)
  stored
}

# Fills vectors that empty_values() has just made, in place, from element 'at' (from 0) on.
fill_from_chunk <- function(frame, i, which, stored, at) {
  codes <- dictionary_lengths(frame$manifest$columns[which])
  on_chunk(frame, i, function(source, expected) {
    .Call(alx_c_chunk_read, source, expected, which, codes, stored, as.double(at))
  })
}

dictionary_lengths <- function(schemas) {
  vapply(schemas, function(schema) as.double(length(schema$dictionary)), 0)
}

frame_of_stored <- function(frame, which, stored, rows) {
  columns <- Map(column_of, frame$manifest$columns[which], stored)
  frame_of(columns, rows)
}

# Calls one of the C functions that read a chunk, and raises what it says.
on_chunk <- function(frame, i, call) {
  chunks <- frame$manifest$chunks
  expected <- list(
    frame$version, c(i - 1, (i - 1) * frame$manifest$chunk_rows, chunks$rows[[i]]),
    chunks$header[[i]],
    chunk_types[vapply(frame$manifest$columns, `[[`, "", "type")]
  )
  result <- tryCatch(
    with_source(frame$store, chunks$file[[i]], function(source) call(source, expected)),
    alluxior_not_found = function(e) list(class = "alluxior_not_found", text = "it is gone")
  )
  raise_failure(result, file_in(frame$store, chunks$file[[i]]), function() is_replaced(frame))
}

with_source <- function(store, name, call) {
  source <- store$open(name)
  on.exit(.Call(alx_c_close, source))
  call(source)
}

is_replaced <- function(frame) !identical(current_manifest(frame$store), frame$manifest_file)
