# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' A file in Alluxio as an R connection
#'
#' For all that takes a connection: [readLines()], [readBin()], [scan()], [writeLines()] and others.
#'
#' **Reading text** streams, so that the first lines of a large file come at once; a failure in the
#' middle is an error of the function that reads. **Reading bytes** copies the file to a temporary
#' file first, which goes when the connection is closed. **Writing** goes to a temporary file, and
#' [close()] sends that to Alluxio, as [alx_upload()] does: the file is whole or not there, and
#' without `close()` it is not written. When that fails, the field `spool` of the condition names
#' the temporary file, which is kept.
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
  if (open == "rb") {
    return(open_bytes(con, path))
  }
  if (open %in% c("r", "rt")) {
    return(open_text(con, checked_path(path)))
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

# Not curl's connection: readBin() of anything but bytes gets more values from it than there are
# (seen with curl 5.0.0).
open_bytes <- function(con, path) {
  spool <- spool_file(con, path, progress = FALSE)
  on.exit(unlink(spool))
  file(spool, "rb")
}

open_text <- function(con, path) {
  readable_status(con, path)
  request <- http_request(
    "GET", path_target(path, "download-file"),
    timeout_s = con$timeout_s, is_data = TRUE
  )
  request$connect_timeout_s <- con$connect_timeout_s
  reader <- curl::curl(paste0(current_proxy(con), request$target), handle = curl_handle(request))
  tryCatch(
    open(reader, "rt"),
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
