# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What C code reads a file from (an external pointer to an alx_source), by the fastest way that
# works. A way is a list: name, for people; open(), which gives the source; why_not, NULL or why
# this connection or path cannot go it.

source_ways <- function(con, path) {
  list(
    list(
      name = "masters and workers", open = function() open_rpc_source(con, path),
      why_not = if (!uses_rpc(con)) "no `masters` are given"
    ),
    list(
      name = "FUSE", open = function() open_file_source(paste0(con$fuse, path)),
      why_not = why_not_fuse(con$fuse)
    ),
    list(
      name = "S3 ranges of the proxy", open = function() open_s3_source(con, path),
      why_not = if (!s3_reaches(path)) "S3 has no path in the root, or with a colon at its top"
    ),
    list(
      name = "REST of the proxy", open = function() open_rest_source(con, path),
      why_not = if (s3_reaches(path)) "the same proxies have it in ranges by S3"
    )
  )
}

# .Call(alx_c_close, ) closes it; alx_r_source() of r_transport.h gives C code the source.
open_source <- function(con, path) open_by_ways(con, path)$source

# list(source, way, passed_over): `passed_over` says for each faster way why it was not gone. Only
# where servers are not reached is the next way tried; when none works, what the first one said is
# raised.
open_by_ways <- function(con, path) {
  passed_over <- character()
  first <- NULL
  for (way in source_ways(con, path)) {
    if (is.null(way$why_not)) {
      source <- tryCatch(
        way$open(),
        alluxior_unavailable = identity, alluxior_timeout = identity
      )
      if (!inherits(source, "condition")) {
        return(list(source = source, way = way$name, passed_over = passed_over))
      }
      first <- if (is.null(first)) source else first
      way$why_not <- source$what
    }
    passed_over[[way$name]] <- way$why_not
  }
  stop(first)
}

open_rpc_source <- function(con, path) {
  transport_result(.Call(alx_c_open, rpc_client(con), path), path)
}

# A file of this machine's, also one below a FUSE mount of Alluxio.
open_file_source <- function(path) {
  transport_result(.Call(alx_c_open_file, path.expand(path)), path)
}

# A folder that only looks like a mount would miss every file.
why_not_fuse <- function(folder, mounts = "/proc/self/mounts") {
  if (is.null(folder)) {
    return("no `fuse` is given")
  }
  if (!normalizePath(folder, mustWork = FALSE) %in% fuse_mounts(mounts)) {
    paste0("nothing is mounted by FUSE at ", folder)
  }
}

# Fields of proc(5): what is mounted, where (with spaces as \\040), the kind.
fuse_mounts <- function(mounts) {
  lines <- if (file.exists(mounts)) readLines(mounts, warn = FALSE) else character()
  fields <- strsplit(lines, " ", fixed = TRUE)
  is_fuse <- vapply(fields, function(line) grepl("^fuse([.]|$)", line[[3]]), NA)
  gsub("\\040", " ", vapply(fields[is_fuse], `[[`, "", 2), fixed = TRUE)
}

# Each range counts only if the file is still the one that was opened.
open_s3_source <- function(con, path) {
  status <- readable_status(con, path)
  open_function_source(status$size_bytes, function(offset, length) {
    range <- paste0("bytes=", format_id(offset), "-", format_id(offset + length - 1))
    request <- s3_request(con, "GET", path, headers = c(Range = range), is_data = TRUE)
    bytes <- s3_call(con, request, path)$content
    check_unchanged(con, path, status, status$size_bytes - length + length(bytes))
    bytes
  })
}

# REST has no ranges: the first read takes the whole file.
open_rest_source <- function(con, path) {
  status <- readable_status(con, path)
  whole <- NULL
  open_function_source(status$size_bytes, function(offset, length) {
    if (is.null(whole)) {
      whole <<- alx_read_raw(con, path, progress = FALSE)
    }
    whole[offset + seq_len(length)]
  })
}

# `read(offset, length)` gives so many bytes, or raises; it is never asked for none.
open_function_source <- function(size_bytes, read) {
  failure <- function(condition) {
    class <- class(condition)[[1]]
    list(class = class, text = sub("[.]$", "", condition$what))
  }
  guarded <- function(offset, length) {
    tryCatch(
      read(offset, length),
      alluxior_error = failure,
      interrupt = function(condition) list(class = "interrupted", text = "interrupted"),
      error = function(condition) {
        list(class = "alluxior_server", text = conditionMessage(condition))
      }
    )
  }
  transport_result(.Call(alx_c_open_function, size_bytes, guarded), NULL)
}

read_source <- function(source, path, offset, length = NULL) {
  file_bytes <- .Call(alx_c_length, source)
  size <- bytes_there(file_bytes, offset, length)
  transport_result(.Call(alx_c_read, source, min(floor(offset), file_bytes), size), path)
}

bytes_there <- function(file_bytes, offset, length) {
  left <- max(file_bytes - floor(offset), 0)
  if (is.null(length)) left else min(left, floor(length))
}

# How the first bytes of a file come: a row for each way, and for each faster one that was passed
# over, why.
source_report <- function(con, path) {
  opened <- open_by_ways(con, path)
  on.exit(.Call(alx_c_close, opened$source))
  size <- length(read_source(opened$source, path, 0, 65536))
  bytes <- .Call(alx_c_ways, opened$source)[c("local", "grpc", "through")]
  names(bytes) <- c(
    "the worker's block file", "a worker's RPC port", "a worker, out of the under file system"
  )
  bytes <- bytes[bytes > 0]
  if (!length(bytes)) {
    bytes <- structure(size, names = opened$way)
  }
  why_not <- c(opened$passed_over, block_files_passed_over(con, names(bytes)))
  list(way = names(bytes), bytes = unname(bytes), why_not = why_not)
}

block_files_passed_over <- function(con, way) {
  if (way[[1]] != "a worker's RPC port") {
    return(character())
  }
  never <- con$short_circuit == "never"
  c("block file" = if (never) "`short_circuit` is \"never\"" else "none is to be seen here")
}
