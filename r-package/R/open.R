# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' A file in Alluxio as an R connection
#'
#' For all that takes a connection: [readLines()], [readBin()], [scan()], [writeLines()] and others.
#'
#' **Reading** streams: the file is never held as a whole. A failure in the middle is an error of
#' the function that reads. **Writing** goes to a temporary file, and [close()] sends that to
#' Alluxio, as [alx_upload()] does: the file is whole or not there, and without `close()` it is not
#' written. When that fails, the field `spool` of the condition names the temporary file, which is
#' kept.
#'
#' @inheritParams alx_write_raw
#' @param open `"r"` or `"rt"` to read text, `"rb"` to read bytes, `"w"` or `"wt"` to write text,
#'   `"wb"` to write bytes.
#' @return A connection.
#' @family files
#' @export
#' @examples
#' \dontrun{
#' input <- alx_open(con, "/data/log.txt")
#' readLines(input, 10)
#' close(input)
#' }
alx_open <- function(con, path, open = "r", write_type = "CACHE_THROUGH", overwrite = FALSE) {
  check_one_of(open, "open", c("r", "rt", "rb", "w", "wt", "wb"))
  if (startsWith(open, "r")) {
    return(open_reader(con, checked_path(path), open))
  }
  path <- check_new_file(con, path, write_type, overwrite)
  spool <- tempfile("alluxior-")
  writer <- file(spool, open, encoding = "UTF-8")
  structure(
    writer,
    class = c("alluxio_writer", class(writer)),
    alluxio = list(
      con = con, path = path, spool = spool, write_type = write_type, overwrite = overwrite
    )
  )
}

open_reader <- function(con, path, mode) {
  readable_status(con, path)
  request <- http_request(
    "GET", path_target(path, "download-file"),
    timeout_s = con$timeout_s, is_data = TRUE
  )
  request$connect_timeout_s <- con$connect_timeout_s
  reader <- curl::curl(paste0(current_proxy(con), request$target), handle = curl_handle(request))
  tryCatch(
    open(reader, mode),
    error = function(condition) {
      close(reader)
      abort_alluxio(
        "alluxior_server",
        paste0(path, ": the proxy cannot read it: ", conditionMessage(condition)),
        "Look at the log of the proxy: a block may be lost, or the proxy's user may not read it.",
        path = path
      )
    }
  )
  reader
}

#' @export
close.alluxio_writer <- function(con, ...) {
  what <- attr(con, "alluxio")
  class(con) <- setdiff(class(con), "alluxio_writer")
  close(con)
  tryCatch(
    alx_upload(
      what$con, what$spool, what$path, what$write_type, what$overwrite,
      resume = FALSE, progress = FALSE
    ),
    alluxior_error = function(condition) {
      condition$spool <- what$spool
      stop(condition)
    }
  )
  unlink(what$spool)
  invisible()
}
