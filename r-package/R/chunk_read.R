# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Open a frame that is stored in chunks
#'
#' Reads what is known about the frame, and none of its rows. The frame stays what it was when it
#' was opened: when it is replaced, reading it further is the error `alluxior_changed`.
#'
#' @param path The folder that [alx_write_frame()] has written.
#' @param con From [alx_connect()]; `NULL` for a local folder.
#' @return An object of class `alx_frame`: see [alx_frame] for what it is like, and [alx_verbs] for
#'   dplyr's verbs.
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
    list(
      store = store, manifest_file = manifest_file, manifest = manifest, version = version,
      query = stored_query(manifest)
    ),
    class = "alx_frame"
  )
}

#' Read a frame, or a part of it
#'
#' `alx_collect()` gives a plain data.frame, of the columns and rows asked for; only the chunks
#' that hold these are read. `alx_read_chunk()` gives one chunk, or what the verbs that were applied
#' to the frame leave of it; with it, a frame larger than the memory is worked on piece by piece.
#' Everything that is read is checked: what was damaged is the error `alluxior_corrupt`, which names
#' the file and the offset.
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
  wanted <- column_names(frame, columns)
  if (!is.null(rows)) {
    check_result_rows(length(rows))
    return(rows_collected(frame, wanted, rows, chunk_counts(frame)))
  }
  if (is_stored(frame$query)) {
    return(all_rows(frame, match(wanted, names(frame$manifest$columns))))
  }
  collected(frame, wanted)
}

#' @rdname alx_collect
#' @export
alx_read_chunk <- function(frame, i, columns = NULL) {
  frame <- opened(frame)
  check_chunk_number(frame, i)
  wanted <- column_names(frame, columns)
  rows <- planned_chunk(frame, plan_of(frame$query, wanted), i)
  frame_of(as.list(rows)[wanted], nrow(rows))
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

column_names <- function(frame, columns) {
  names <- names(frame$query$ptype)
  if (is.null(columns)) {
    return(names)
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
  names[which]
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

# In one piece of memory for each column, which collected() cannot have: it does not know how many
# rows there will be.
all_rows <- function(frame, which) {
  rows <- frame$manifest$rows
  check_result_rows(rows)
  stored <- lapply(frame$manifest$columns[which], empty_values, rows)
  for (i in seq_along(frame$manifest$chunks$file)) {
    fill_from_chunk(frame, i, which, stored, (i - 1) * frame$manifest$chunk_rows)
  }
  frame_of_stored(frame, which, stored, rows)
}

check_row_numbers <- function(frame, rows, count) {
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
