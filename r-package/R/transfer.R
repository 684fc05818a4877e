# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Copy files between Alluxio and this machine, and within Alluxio
#'
#' `alx_download()` copies a file from Alluxio, `alx_upload()` to Alluxio, in parts and several
#' parts at a time when it is larger than `part_bytes`; `alx_cp()` copies within Alluxio.
#'
#' **Resuming.** The same call goes on where an earlier one was broken off: a download by the files
#' `DEST.alxpart` and `DEST.alxpart.json`, an upload by a note in `tools::R_user_dir("alluxior",
#' "cache")` and the parts that Alluxio has already, which stand in a folder `NAME_ID` beside the
#' target. A file that has changed since is begun anew. `resume = FALSE` begins anew and leaves
#' nothing when it fails.
#'
#' **Parts go over S3**, as the `user` of the connection and, for uploads, with the write type that
#' the proxy has for S3; a result that is not durable is an error of class `alluxior_not_durable`.
#' Files in the root, below a top directory with a colon, with names of more than 218 bytes, and
#' uploads of other write types go in one piece over REST, as the proxy's user.
#'
#' @inheritParams alx_write_raw
#' @param dest,source A file on this machine.
#' @param from,to Paths in Alluxio.
#' @param recursive Copy directories with all that is below.
#' @param resume Go on with what an earlier call has begun, and keep what this one gets done?
#' @param connections How many parts at a time.
#' @param part_bytes How much a part has; Alluxio wants at least 5 MiB.
#' @return `alx_download()`: `dest`, invisibly. The others: `con`, invisibly.
#' @family files
#' @export
#' @examples
#' \dontrun{
#' alx_download(con, "/data/large.parquet", "large.parquet")
#' alx_upload(con, "large.parquet", "/data/copy.parquet")
#' alx_cp(con, "/data", "/backup/data", recursive = TRUE)
#' }
alx_download <- function(con, path, dest, overwrite = FALSE, resume = TRUE, connections = 2,
                         part_bytes = 16 * 2^20, progress = rlang::is_interactive()) {
  path <- checked_path(path)
  check_transfer(overwrite, resume, connections, part_bytes)
  if (file.exists(dest) && !overwrite) {
    abort_alluxio(
      "alluxior_exists", paste0(dest, " is there already."),
      "Remove it, choose another `dest`, or say `overwrite = TRUE`."
    )
  }
  part <- paste0(dest, ".alxpart")
  status <- readable_status(con, path)
  if (status$size_bytes > part_bytes && s3_reaches(path)) {
    download_parts(con, status, part, resume, connections, part_bytes, progress)
  } else {
    download_at_once(con, status, part, progress)
  }
  if (!file.rename(part, dest)) {
    abort_alluxio(
      "alluxior_invalid", paste0(part, " cannot be renamed to ", dest, "."), "Check `dest`."
    )
  }
  invisible(dest)
}

check_transfer <- function(overwrite, resume, connections, part_bytes) {
  check_flag(overwrite, "overwrite")
  check_flag(resume, "resume")
  check_number(connections, "connections", above = 0)
  check_number(part_bytes, "part_bytes", above = 5 * 2^20 - 1)
}

download_at_once <- function(con, status, part, progress) {
  target <- open_local(part, "wb")
  is_whole <- FALSE
  on.exit({
    close(target)
    if (!is_whole) unlink(part)
  })
  read_file(con, status, function(piece) writeBin(piece, target), progress)
  is_whole <- TRUE
}

download_parts <- function(con, status, part, resume, connections, part_bytes, progress) {
  note <- paste0(part, ".json")
  version <- list(
    file_id = as.character(status$file_id), modified = format_id(as.numeric(status$modified)),
    size_bytes = format_id(status$size_bytes), part_bytes = format_id(part_bytes)
  )
  done <- if (resume && file.exists(part)) parts_done(note, version) else integer()
  target <- open_local(part, if (length(done)) "r+b" else "w+b")
  bar <- progress_bar(status$path, status$size_bytes, progress)
  bar$add(sum(part_size(done, status$size_bytes, part_bytes)))
  keep <- resume
  on.exit({
    close(target)
    bar$done()
    if (!keep) unlink(c(part, note))
  })
  take <- function(number, answer) {
    check_range(con, answer, status, number, part_bytes)
    seek(target, (number - 1) * part_bytes, rw = "write")
    writeBin(answer$content, target)
    flush(target)
    done <<- c(done, number)
    if (resume) write_note(note, c(version, list(done = I(done))))
    bar$add(length(answer$content))
  }
  ask <- function(number) range_request(con, status, number, part_bytes)
  missing <- setdiff(seq_len(part_count(status$size_bytes, part_bytes)), done)
  tryCatch(
    {
      run_parallel(con, missing, connections, ask, take)
      check_unchanged(con, status$path, status, status$size_bytes)
    },
    alluxior_changed = function(condition) {
      keep <<- FALSE
      stop(condition)
    }
  )
  keep <- TRUE
  unlink(note)
}

# The numbers of the parts that an earlier call has, if it was of the same version of the file.
parts_done <- function(note, version) {
  found <- read_note(note)
  if (identical(found[names(version)], version)) as.integer(unlist(found$done)) else integer()
}

part_count <- function(size_bytes, part_bytes) ceiling(size_bytes / part_bytes)

part_size <- function(number, size_bytes, part_bytes) {
  pmin(part_bytes, size_bytes - (number - 1) * part_bytes)
}

range_request <- function(con, status, number, part_bytes) {
  from <- (number - 1) * part_bytes
  to <- from + part_size(number, status$size_bytes, part_bytes) - 1
  range <- paste0("bytes=", format_id(from), "-", format_id(to))
  s3_request(
    con, "GET", status$path,
    headers = c(Range = range), is_data = TRUE, timeout_s = con$timeout_s
  )
}

check_range <- function(con, answer, status, number, part_bytes) {
  s3_refuse(con, answer, status$path)
  total <- as.numeric(sub("^.*/", "", answer$headers["content-range"]))
  expected <- part_size(number, status$size_bytes, part_bytes)
  if (!identical(total, status$size_bytes) || length(answer$content) != expected) {
    abort_changed(status$path)
  }
}

#' @rdname alx_download
#' @export
alx_upload <- function(con, source, path, write_type = "CACHE_THROUGH", overwrite = FALSE,
                       resume = TRUE, connections = 2, part_bytes = 16 * 2^20,
                       progress = rlang::is_interactive()) {
  path <- check_new_file(con, path, write_type, overwrite)
  check_transfer(overwrite, resume, connections, part_bytes)
  size_bytes <- local_size(source)
  in_parts <- size_bytes > part_bytes && s3_reaches(path) && write_type == "CACHE_THROUGH" &&
    nchar(name_of(path), "bytes") <= longest_name_of_parts
  if (in_parts) {
    upload_parts(con, source, path, overwrite, resume, connections, part_bytes, progress)
  } else {
    upload_at_once(con, source, path, size_bytes, write_type, overwrite, progress)
  }
  invisible(con)
}

# Alluxio keeps parts in a folder that has the file's name, "_" and 36 characters.
longest_name_of_parts <- 218

local_size <- function(source) {
  size_bytes <- if (rlang::is_string(source)) file.size(source) else NA
  if (is.na(size_bytes) || dir.exists(source)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`source` is ", said(source), ", which is no file here."),
      "Give the name of a file on this machine."
    )
  }
  size_bytes
}

open_local <- function(name, open) {
  tryCatch(
    suppressWarnings(file(name, open)),
    error = function(condition) {
      abort_alluxio(
        "alluxior_invalid", paste0(name, " cannot be opened."),
        "Check the folder, the permissions and the room on the disk."
      )
    }
  )
}

upload_at_once <- function(con, source, path, size_bytes, write_type, overwrite, progress) {
  input <- open_local(source, "rb")
  on.exit(close(input))
  next_piece <- function() readBin(input, raw(), piece_bytes)
  write_file(con, path, next_piece, size_bytes, write_type, overwrite, progress)
}

upload_parts <- function(con, source, path, overwrite, resume, connections, part_bytes, progress) {
  if (!overwrite && alx_exists(con, path)) {
    abort_alluxio(
      "alluxior_exists", paste0(path, " is there already."),
      "Remove it, choose another path, or say `overwrite = TRUE`.",
      path = path
    )
  }
  before <- local_version(source)
  part_bytes <- max(part_bytes, ceiling(before$size_bytes / most_parts))
  note <- upload_note(con, path, before, part_bytes)
  upload <- begin_upload(con, path, note, resume)
  bar <- progress_bar(path, before$size_bytes, progress)
  is_kept <- resume
  on.exit({
    bar$done()
    if (!is_kept) abort_upload(con, path, upload$id, note)
  })
  tags <- send_parts(con, source, path, upload, note, resume, connections, part_bytes, bar)
  if (!identical(local_version(source), before)) {
    is_kept <- FALSE
    abort_alluxio(
      "alluxior_changed", paste0(source, " was changed while it was uploaded."), "Upload it again."
    )
  }
  complete_upload(con, path, upload$id, tags, before$size_bytes)
  is_kept <- TRUE
  unlink(note)
  check_written(con, path, before$size_bytes, "CACHE_THROUGH")
}

most_parts <- 10000

local_version <- function(source) {
  list(
    file = normalizePath(source), size_bytes = local_size(source),
    modified = as.numeric(file.mtime(source))
  )
}

upload_note <- function(con, path, version, part_bytes) {
  folder <- file.path(tools::R_user_dir("alluxior", "cache"), "uploads")
  what <- c(list(con$proxies, con$user, path, part_bytes), version)
  file.path(folder, paste0(rlang::hash(what), ".json"))
}

# The upload that a note tells of, as long as Alluxio knows it, or a new one: its id and the tags of
# the parts that are there, by their numbers.
begin_upload <- function(con, path, note, resume) {
  known <- read_note(note)
  if (length(known) && resume && is_known_upload(con, path, known$id)) {
    return(list(id = known$id, tags = unlist(known$tags)))
  }
  if (length(known)) {
    abort_upload(con, path, known$id, note)
  }
  s3_ensure_bucket(con, path)
  answer <- s3_call(con, s3_request(con, "POST", path, "?uploads", kind = "once"), path)
  id <- xml_value(text_of(answer), "UploadId")
  if (is.na(id)) {
    abort_no_alluxio(answer, "uploads")
  }
  list(id = id, tags = character())
}

is_known_upload <- function(con, path, id) {
  request <- s3_request(con, "GET", path, paste0("?uploadId=", curl::curl_escape(id)))
  known <- function() {
    s3_call(con, request, path)
    TRUE
  }
  tryCatch(known(), alluxior_no_upload = function(condition) FALSE)
}

send_parts <- function(con, source, path, upload, note, resume, connections, part_bytes, bar) {
  size_bytes <- local_size(source)
  input <- open_local(source, "rb")
  on.exit(close(input))
  tags <- upload$tags
  bar$add(sum(part_size(as.numeric(names(tags)), size_bytes, part_bytes)))
  ask <- function(number) {
    seek(input, (number - 1) * part_bytes)
    piece <- readBin(input, raw(), part_size(number, size_bytes, part_bytes))
    query <- paste0("?partNumber=", number, "&uploadId=", curl::curl_escape(upload$id))
    s3_request(
      con, "PUT", path, query, piece,
      is_data = TRUE, timeout_s = slow_timeout_s(con, part_bytes)
    )
  }
  take <- function(number, answer) {
    s3_refuse(con, answer, path)
    tags[[as.character(number)]] <<- answer$headers[["etag"]]
    if (resume) write_note(note, list(id = upload$id, tags = as.list(tags)))
    bar$add(part_size(number, size_bytes, part_bytes))
  }
  missing <- setdiff(seq_len(part_count(size_bytes, part_bytes)), as.integer(names(tags)))
  run_parallel(con, missing, connections, ask, take)
  tags
}

# Alluxio joins the parts before it answers.
complete_upload <- function(con, path, id, tags, size_bytes) {
  numbers <- sort(as.integer(names(tags)))
  parts <- paste0(
    "<Part><PartNumber>", numbers, "</PartNumber><ETag>", tags[as.character(numbers)],
    "</ETag></Part>",
    collapse = ""
  )
  body <- paste0("<CompleteMultipartUpload>", parts, "</CompleteMultipartUpload>")
  request <- s3_request(
    con, "POST", path, paste0("?uploadId=", curl::curl_escape(id)), charToRaw(body),
    c("Content-Type" = "application/xml"),
    kind = "once", timeout_s = slow_timeout_s(con, size_bytes)
  )
  s3_call(con, request, path)
}

# What broke the upload is the error to see.
abort_upload <- function(con, path, id, note) {
  unlink(note)
  request <- s3_request(con, "DELETE", path, paste0("?uploadId=", curl::curl_escape(id)))
  tryCatch(s3_call(con, request, path), alluxior_error = function(condition) NULL)
}

# A note is whole or not there, also after a kill.
write_note <- function(note, what) {
  dir.create(dirname(note), recursive = TRUE, showWarnings = FALSE)
  partial <- paste0(note, ".new")
  jsonlite::write_json(what, partial, auto_unbox = TRUE, digits = NA)
  file.rename(partial, note)
}

read_note <- function(note) {
  if (!file.exists(note)) {
    return(list())
  }
  tryCatch(jsonlite::read_json(note), error = function(condition) list())
}

#' @rdname alx_download
#' @export
alx_cp <- function(con, from, to, recursive = FALSE, overwrite = FALSE) {
  from <- checked_path(from, "from")
  to <- checked_path(to, "to", is_new = TRUE)
  check_flag(recursive, "recursive")
  check_flag(overwrite, "overwrite")
  if (to == from || startsWith(to, paste0(sub("/$", "", from), "/"))) {
    abort_alluxio(
      "alluxior_invalid", paste0("`to` is ", to, ", which is within `from`."),
      "Choose a path outside.",
      path = to
    )
  }
  status <- alx_stat(con, from)
  if (status$type == "file") {
    copy_file(con, from, to, status$size_bytes, overwrite)
  } else if (recursive) {
    copy_directory(con, from, to, overwrite)
  } else {
    abort_alluxio(
      "alluxior_invalid", paste0(from, " is a directory."), "Say `recursive = TRUE`.",
      path = from
    )
  }
  invisible(con)
}

copy_directory <- function(con, from, to, overwrite) {
  alx_mkdir(con, to)
  listing <- alx_ls(con, from, recursive = TRUE)
  target <- paste0(to, substring(listing$path, nchar(from) + 1))
  for (row in seq_len(nrow(listing))) {
    if (listing$type[[row]] == "directory") {
      alx_mkdir(con, target[[row]])
    } else {
      copy_file(con, listing$path[[row]], target[[row]], listing$size_bytes[[row]], overwrite)
    }
  }
}

copy_file <- function(con, from, to, size_bytes, overwrite) {
  if (!s3_reaches(from) || !s3_reaches(to)) {
    spool <- spool_file(con, from, progress = FALSE)
    on.exit(unlink(spool))
    return(upload_at_once(con, spool, to, size_bytes, "CACHE_THROUGH", overwrite, FALSE))
  }
  if (!overwrite && alx_exists(con, to)) {
    abort_alluxio(
      "alluxior_exists", paste0(to, " is there already."),
      "Remove it, choose another path, or say `overwrite = TRUE`.",
      path = to
    )
  }
  s3_ensure_bucket(con, to)
  request <- s3_request(
    con, "PUT", to,
    headers = c("x-amz-copy-source" = s3_encoded(from)), timeout_s = slow_timeout_s(con, size_bytes)
  )
  s3_call(con, request, to)
  check_written(con, to, size_bytes, "CACHE_THROUGH")
}
