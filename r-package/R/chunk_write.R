# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Write a frame in chunks
#'
#' Writes a data.frame, or batches of rows that a function gives one after the other, as a frame
#' of the chunk format: a folder that can be read in part, and that may be larger than the memory.
#' No more than a batch and two chunks are in memory at a time. The frame is there for readers at
#' once when everything is written, and not before.
#'
#' Columns may be logical, integer, double, character, factor, ordered, Date, POSIXct, difftime
#' and integer64, and come back as they were, with NA, NaN and infinities. Lists and other classes
#' are refused. Row names are dropped, with a warning where there are any. Character columns are
#' stored by the distinct strings in them, at most 2^20.
#'
#' @param x A data.frame, or a function without arguments that returns a data.frame at each call
#'   and `NULL` at the end. All batches have the same columns; factors may bring new levels. See
#'   also [alx_csv_batches()] and [alx_arrow_batches()].
#' @param path The folder to write: in Alluxio, or a local one where `con` is `NULL`.
#' @param con From [alx_connect()].
#' @param chunk_rows Rows of a chunk, a multiple of 1024. By default as many as make about 64 MiB,
#'   at most 2^20.
#' @param overwrite Whether a frame that is at `path` is replaced. Who reads the former one then
#'   gets `alluxior_changed`.
#' @param write_type On Alluxio, as for [alx_write_raw()].
#' @return The frame as [alx_open_frame()] gives it, invisibly.
#' @examples
#' path <- tempfile()
#' frame <- alx_write_frame(data.frame(x = c(1, NA), y = c("a", "b")), path)
#' alx_collect(frame)
#'
#' # Batches from a function: here three of ten rows.
#' batch <- 0
#' alx_write_frame(function() {
#'   batch <<- batch + 1
#'   if (batch <= 3) data.frame(batch = batch, value = rnorm(10))
#' }, path, overwrite = TRUE)
#' @export
alx_write_frame <- function(x, path, con = NULL, chunk_rows = NULL, overwrite = FALSE,
                            write_type = "CACHE_THROUGH") {
  check_chunk_rows(chunk_rows)
  store <- frame_store(path, con, write_type)
  former <- store$list()
  check_target(store, former, overwrite)
  next_batch <- if (is.function(x)) x else once(x)
  batch <- next_batch()
  schemas <- column_schemas(batch)
  writer <- new_writer(store, schemas, chunk_rows)
  store$create()
  on.exit(if (!writer$published) store$remove(writer$files))
  while (!is.null(batch)) {
    add_batch(writer, batch)
    batch <- next_batch()
  }
  publish_frame(writer, max(0, manifest_numbers(former)) + 1)
  # The manifest first: from then on nobody can begin to read the former frame.
  store$remove(former[manifest_numbers(former) > 0])
  store$remove(former[is_chunk_name(former)])
  invisible(alx_open_frame(path, con))
}

once <- function(x) {
  given <- FALSE
  function() {
    if (given) {
      return(NULL)
    }
    given <<- TRUE
    x
  }
}

allowed_chunk_rows <- function() seq(1024, 2^30, 1024)

check_chunk_rows <- function(chunk_rows) {
  right <- is.null(chunk_rows) || (length(chunk_rows) == 1 && chunk_rows %in% allowed_chunk_rows())
  if (!right) {
    abort_alluxio(
      "alluxior_invalid", paste0("chunk_rows is ", deparse1(chunk_rows), "."),
      "Give a multiple of 1024, at most 2^30, or leave it out."
    )
  }
}

# Only what a writer of frames has made is ever replaced.
check_target <- function(store, former, overwrite) {
  is_manifest <- manifest_numbers(former) > 0
  foreign <- former[!is_manifest & !is_chunk_name(former) & !is_unpublished_name(former)]
  if (length(foreign) > 0) {
    abort_alluxio(
      "alluxior_exists",
      paste0(store$place, ": holds files that are no frame's, such as ", foreign[[1]], "."),
      "Give a folder that is not there yet.",
      path = store$place
    )
  }
  if (any(is_manifest) && !overwrite) {
    abort_alluxio(
      "alluxior_exists", paste0(store$place, ": there is a frame already."),
      "Give another path, or overwrite = TRUE.",
      path = store$place
    )
  }
}

default_chunk_bytes <- 64 * 2^20
largest_chunk_bytes <- 2^30

row_bytes <- function(schemas) {
  sum(chunk_type_bytes[vapply(schemas, `[[`, "", "type")])
}

chunk_rows_for <- function(schemas) {
  rows <- floor(default_chunk_bytes / max(1, row_bytes(schemas)) / 1024) * 1024
  min(max(rows, 1024), 2^20)
}

new_writer <- function(store, schemas, chunk_rows) {
  if (is.null(chunk_rows)) {
    chunk_rows <- chunk_rows_for(schemas)
  }
  if (chunk_rows * row_bytes(schemas) > largest_chunk_bytes) {
    abort_alluxio(
      "alluxior_invalid",
      paste0(
        "a chunk of ", chunk_rows, " rows takes more than 1 GiB: a row has ", row_bytes(schemas),
        " bytes."
      ),
      "Give fewer chunk_rows, or leave them out."
    )
  }
  version <- random_bytes(16)
  list2env(parent = emptyenv(), x = list(
    store = store, version = version, version_text = paste(version, collapse = ""),
    schemas = schemas, chunk_rows = chunk_rows,
    pieces = list(), pending = 0, # stored columns of the next chunk, and their rows
    rows = 0, chunks = list(), # what is written
    files = character(), published = FALSE
  ))
}

# Not by R's own generator, whose state is the user's.
random_bytes <- function(n) {
  device <- file("/dev/urandom", "rb", raw = TRUE)
  on.exit(close(device))
  readBin(device, "raw", n)
}

# Cuts a batch where chunks end.
add_batch <- function(writer, batch) {
  check_batch(writer$schemas, batch)
  writer$schemas <- Map(extended_schema, writer$schemas, batch_columns(batch))
  done <- 0
  while (done < nrow(batch)) {
    take <- min(nrow(batch) - done, writer$chunk_rows - writer$pending)
    add_piece(writer, batch, done + 1, done + take)
    done <- done + take
    if (writer$pending == writer$chunk_rows) {
      write_chunk(writer)
    }
  }
}

batch_columns <- function(batch) lapply(seq_along(batch), function(i) .subset2(batch, i))

check_batch <- function(schemas, batch) {
  if (.row_names_info(batch) > 0) {
    rlang::warn(
      c("Row names are not kept.", i = "Make them a column: x$name <- row.names(x)."),
      class = "alluxior_row_names", .frequency = "once", .frequency_id = "alluxior_row_names"
    )
  }
  found <- column_schemas(batch)
  fixed <- function(schema) schema[names(schema) != "dictionary"]
  if (identical(lapply(found, fixed), lapply(schemas, fixed))) {
    return()
  }
  if (!identical(names(found), names(schemas))) {
    abort_alluxio(
      "alluxior_invalid",
      paste0(
        "a batch has the columns ", toString(names(found)), "; the first one had ",
        toString(names(schemas)), "."
      ),
      "Give the same columns in the same order in each batch."
    )
  }
  other <- which(!mapply(identical, lapply(found, fixed), lapply(schemas, fixed)))[[1]]
  abort_alluxio(
    "alluxior_invalid",
    paste0(
      "column '", names(schemas)[[other]], "' is ", describe_schema(found[[other]]),
      " in a batch and was ", describe_schema(schemas[[other]]), " in the first one."
    ),
    "Turn the column into the same class in each batch.",
    column = names(schemas)[[other]]
  )
}

describe_schema <- function(schema) {
  paste(c(schema$class, schema$tz, schema$units, paste0("(", schema$type, ")")), collapse = " ")
}

add_piece <- function(writer, batch, from, to) {
  stored <- function(schema, column) stored_values(schema, column, from, to)
  piece <- Map(stored, writer$schemas, batch_columns(batch))
  writer$pieces <- c(writer$pieces, list(piece))
  writer$pending <- writer$pending + (to - from + 1)
}

write_chunk <- function(writer) {
  columns <- lapply(seq_along(writer$schemas), function(i) unlist(lapply(writer$pieces, `[[`, i)))
  index <- length(writer$chunks)
  file <- sprintf("%s-%06d.alxf", writer$version_text, index)
  types <- chunk_types[vapply(writer$schemas, `[[`, "", "type")]
  place <- c(index, writer$rows, writer$pending)
  chunk <- .Call(alx_c_chunk_encode, columns, types, writer$version, place)
  raise_failure(chunk, paste("chunk", index))
  writer$files <- c(writer$files, file)
  writer$store$put(file, chunk$image)
  chunk$bytes <- length(chunk$image)
  chunk$image <- NULL
  writer$chunks <- c(writer$chunks, list(c(chunk, file = file, rows = writer$pending)))
  writer$rows <- writer$rows + writer$pending
  writer$pieces <- list()
  writer$pending <- 0
}

is_unpublished_name <- function(names) grepl("^_manifest-[0-9a-f]{32}[.]unpublished$", names)

publish_frame <- function(writer, number) {
  if (writer$pending > 0) {
    write_chunk(writer)
  }
  unpublished <- paste0("_manifest-", writer$version_text, ".unpublished")
  writer$files <- c(writer$files, unpublished)
  writer$store$put(unpublished, manifest_bytes(manifest_of_writer(writer)))
  writer$store$publish(unpublished, manifest_name(number))
  writer$published <- TRUE
}

manifest_of_writer <- function(writer) {
  chunks <- writer$chunks
  columns <- Map(function(schema, i) {
    schema$statistics <- list(
      nulls = vapply(chunks, function(chunk) chunk$nulls[[i]], 0),
      nans = vapply(chunks, function(chunk) chunk$nans[[i]], 0),
      flags = vapply(chunks, function(chunk) chunk$flags[[i]], 0L),
      min = vapply(chunks, function(chunk) chunk$min[[i]], ""),
      max = vapply(chunks, function(chunk) chunk$max[[i]], "")
    )
    schema
  }, writer$schemas, seq_along(writer$schemas))
  list(
    version = writer$version_text, rows = writer$rows, chunk_rows = writer$chunk_rows,
    columns = columns,
    chunks = list(
      file = vapply(chunks, `[[`, "", "file"), rows = vapply(chunks, `[[`, 0, "rows"),
      bytes = vapply(chunks, `[[`, 0L, "bytes"), header = vapply(chunks, `[[`, "", "header")
    )
  )
}
