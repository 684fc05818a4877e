# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Read files
#'
#' `alx_read_raw()` gives the bytes, `alx_read_text()` the lines, `alx_read_csv()` a data frame,
#' `alx_read_rds()` the object that [alx_write_rds()] or [saveRDS()] put there: read only what you
#' trust in that form. [alx_open()] reads piece by piece, [alx_download()] into a file.
#'
#' The file is looked at before and after: one that was replaced or changed in between is an error
#' of class `alluxior_changed`.
#'
#' @inheritParams alx_ls
#' @param encoding Of the text in the file.
#' @param ... For [utils::read.csv()].
#' @param progress Show a progress bar?
#' @return A raw vector, a character vector, a data frame, an object.
#' @family files
#' @export
#' @examples
#' \dontrun{
#' alx_read_csv(con, "/data/a.csv")
#' }
alx_read_raw <- function(con, path, progress = rlang::is_interactive()) {
  path <- checked_path(path)
  pieces <- list()
  keep <- function(piece) pieces[[length(pieces) + 1]] <<- piece
  read_file(con, readable_status(con, path), keep, progress)
  as.raw(unlist(pieces))
}

#' @rdname alx_read_raw
#' @export
alx_read_text <- function(con, path, encoding = "UTF-8", progress = rlang::is_interactive()) {
  bytes <- alx_read_raw(con, path, progress)
  if (any(bytes == as.raw(0))) {
    abort_alluxio(
      "alluxior_invalid", paste0(path, " is no text: it has zero bytes."),
      "Read it with alx_read_raw().",
      path = path
    )
  }
  source <- rawConnection(bytes)
  on.exit(close(source))
  lines <- iconv(readLines(source, warn = FALSE), encoding, "UTF-8")
  if (anyNA(lines)) {
    abort_alluxio(
      "alluxior_invalid",
      paste0(path, ": line ", which(is.na(lines))[[1]], " is not in ", encoding, "."),
      "Say in which `encoding` it is, such as \"latin1\".",
      path = path
    )
  }
  lines
}

#' @rdname alx_read_raw
#' @export
alx_read_csv <- function(con, path, ..., progress = rlang::is_interactive()) {
  spool <- spool_file(con, path, progress)
  on.exit(unlink(spool))
  utils::read.csv(spool, ...)
}

#' @rdname alx_read_raw
#' @export
alx_read_rds <- function(con, path, progress = rlang::is_interactive()) {
  spool <- spool_file(con, path, progress)
  on.exit(unlink(spool))
  readRDS(spool)
}

#' Write files
#'
#' `alx_write_raw()` writes bytes, `alx_write_text()` lines, `alx_write_csv()` a data frame,
#' `alx_write_rds()` any object. [alx_upload()] writes a file, [alx_open()] piece by piece.
#'
#' A write is durable when it returns, unless you ask for another `write_type` by name. A write that
#' fails leaves nothing at the path; with `overwrite` the former file is gone then.
#'
#' @inheritParams alx_ls
#' @param x What to write.
#' @param write_type `"CACHE_THROUGH"`: in the cache and in the under file system. `"THROUGH"`: in
#'   the under file system only. `"ASYNC_THROUGH"`: in the cache, and some time later in the under
#'   file system: lost when the worker dies before. `"MUST_CACHE"`: in the cache only: lost when the
#'   worker dies, and **when the cache overflows, without any error**.
#' @param overwrite Replace a file that is there?
#' @param ... For [utils::write.csv()] or [saveRDS()].
#' @param progress Show a progress bar?
#' @return `con`, invisibly.
#' @family files
#' @export
#' @examples
#' \dontrun{
#' alx_write_csv(con, mtcars, "/data/mtcars.csv")
#' }
alx_write_raw <- function(con, x, path, write_type = "CACHE_THROUGH", overwrite = FALSE,
                          progress = rlang::is_interactive()) {
  if (!is.raw(x)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`x` is of class ", class(x)[[1]], "."),
      "Give a raw vector; alx_write_rds() writes any object."
    )
  }
  write_file(con, path, pieces_of_raw(x), length(x), write_type, overwrite, progress)
  invisible(con)
}

#' @rdname alx_write_raw
#' @export
alx_write_text <- function(con, x, path, write_type = "CACHE_THROUGH", overwrite = FALSE,
                           progress = rlang::is_interactive()) {
  if (!is.character(x)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`x` is of class ", class(x)[[1]], "."),
      "Give lines of text; alx_write_rds() writes any object."
    )
  }
  text <- paste0(enc2utf8(x), "\n", recycle0 = TRUE)
  bytes <- as.raw(unlist(lapply(text, charToRaw)))
  alx_write_raw(con, bytes, path, write_type, overwrite, progress)
}

#' @rdname alx_write_raw
#' @param row.names As in [utils::write.csv()].
#' @export
alx_write_csv <- function(con, x, path, ..., row.names = FALSE, # nolint: object_name_linter.
                          write_type = "CACHE_THROUGH", overwrite = FALSE,
                          progress = rlang::is_interactive()) {
  write_spooled(con, path, write_type, overwrite, progress, function(spool) {
    utils::write.csv(x, spool, ..., row.names = row.names, fileEncoding = "UTF-8")
  })
}

#' @rdname alx_write_raw
#' @export
alx_write_rds <- function(con, x, path, ..., write_type = "CACHE_THROUGH", overwrite = FALSE,
                          progress = rlang::is_interactive()) {
  write_spooled(con, path, write_type, overwrite, progress, function(spool) saveRDS(x, spool, ...))
}

# A file's status; a directory, and a file that is being written, cannot be read.
readable_status <- function(con, path) {
  status <- alx_stat(con, path)
  if (status$type == "directory") {
    abort_alluxio(
      "alluxior_invalid", paste0(path, " is a directory."), "List it with alx_ls().",
      path = path
    )
  }
  if (!status$complete) {
    abort_alluxio(
      "alluxior_state", paste0(path, " is still being written."), "Wait until it is complete.",
      path = path
    )
  }
  status
}

# All bytes of the version of a file that has this status, in order, into `sink`.
read_file <- function(con, before, sink, progress) {
  path <- before$path
  bar <- progress_bar(path, before$size_bytes, progress)
  on.exit(bar$done())
  received <- 0
  download_whole(con, path, function(piece) {
    received <<- received + length(piece)
    if (received > before$size_bytes) {
      abort_changed(path)
    }
    sink(piece)
    bar$add(length(piece))
  })
  check_unchanged(con, path, before, received)
}

check_unchanged <- function(con, path, before, received_bytes) {
  now <- tryCatch(alx_stat(con, path), alluxior_not_found = function(condition) NULL)
  is_same <- !is.null(now) && now$file_id == before$file_id && now$modified == before$modified
  if (!is_same || received_bytes != before$size_bytes) {
    abort_changed(path)
  }
}

abort_changed <- function(path) {
  abort_alluxio(
    "alluxior_changed", paste0(path, " was changed or replaced while it was read."),
    "Read it again; write new data under a new name and move it when it is whole.",
    path = path
  )
}

# A temporary file with the file's bytes; the caller removes it.
spool_file <- function(con, path, progress) {
  status <- readable_status(con, checked_path(path))
  spool <- tempfile("alluxior-")
  target <- file(spool, "wb")
  finished <- FALSE
  on.exit({
    close(target)
    if (!finished) unlink(spool)
  })
  read_file(con, status, function(piece) writeBin(piece, target), progress)
  finished <- TRUE
  spool
}

write_spooled <- function(con, path, write_type, overwrite, progress, save) {
  check_new_file(con, path, write_type, overwrite)
  spool <- tempfile("alluxior-")
  on.exit(unlink(spool))
  save(spool)
  alx_upload(con, spool, path, write_type, overwrite, resume = FALSE, progress = progress)
}

write_types <- c("CACHE_THROUGH", "THROUGH", "ASYNC_THROUGH", "MUST_CACHE")

# All that can be wrong with the arguments of a write, before anything is sent.
check_new_file <- function(con, path, write_type, overwrite) {
  check_connection(con)
  check_one_of(write_type, "write_type", write_types)
  check_flag(overwrite, "overwrite")
  checked_path(path, is_new = TRUE)
}

piece_bytes <- 4 * 2^20

pieces_of_raw <- function(bytes) {
  at <- 0
  function() {
    from <- at
    at <<- min(at + piece_bytes, length(bytes))
    bytes[seq_len(at - from) + from]
  }
}

# Writes what `next_piece` gives until it gives nothing. Blocks are as large as the cluster makes
# them unless `block_size_bytes` says.
write_file <- function(con, path, next_piece, size_bytes, write_type, overwrite, progress,
                       block_size_bytes = NULL) {
  path <- check_new_file(con, path, write_type, overwrite)
  bar <- progress_bar(path, size_bytes, progress)
  on.exit(bar$done())
  options <- list(recursive = TRUE, overwrite = overwrite, writeType = write_type)
  options$blockSizeBytes <- block_size_bytes
  stream <- open_stream(con, path, "create-file", options)
  is_whole <- FALSE
  on.exit(if (!is_whole) give_up(con, stream), add = TRUE)
  while (length(piece <- next_piece())) {
    write_to_stream(con, stream, piece)
    bar$add(length(piece))
  }
  close_stream(con, stream, size_bytes)
  is_whole <- TRUE
  check_written(con, path, size_bytes, write_type)
}

# What broke the write is the error to see, so these are quiet. Deleting alone would not do: the
# proxy completes a stream that is left open.
give_up <- function(con, stream) {
  quietly <- function(step) tryCatch(step, alluxior_error = function(condition) NULL)
  quietly(close_stream(con, stream))
  quietly(rest_do(con, stream$path, "delete"))
}

check_written <- function(con, path, size_bytes, write_type) {
  status <- alx_stat(con, path)
  if (!isTRUE(status$size_bytes == size_bytes)) {
    abort_alluxio(
      "alluxior_changed",
      paste0(path, " has ", status$size_bytes, " bytes of the ", size_bytes, " written."),
      "Check who else writes there, then write it again.",
      path = path
    )
  }
  is_durable <- status$complete && status$persistence == "PERSISTED"
  if (write_type %in% c("CACHE_THROUGH", "THROUGH") && !is_durable) {
    abort_alluxio(
      "alluxior_not_durable",
      paste0(path, " is not in the under file system (", status$persistence, ")."),
      "Set alluxio.proxy.s3.writetype=CACHE_THROUGH for the proxy if it was uploaded in parts.",
      path = path
    )
  }
}

# add(bytes) and done(); both do nothing unless `show`.
progress_bar <- function(path, size_bytes, show) {
  check_flag(show, "progress")
  if (!show) {
    return(list(add = function(bytes) NULL, done = function() NULL))
  }
  id <- cli::cli_progress_bar(
    name = encodeString(name_of(path)), total = size_bytes, type = "download", .auto_close = FALSE
  )
  list(
    add = function(bytes) cli::cli_progress_update(inc = bytes, id = id),
    done = function() cli::cli_progress_done(id = id)
  )
}
