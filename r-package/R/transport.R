# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Bytes straight from and to masters and workers, by the C code in src/alx_*.c; over the proxy where
# the connection names no masters.

#' Read a part of a file, by the fastest way that works
#'
#' With `masters` in [alx_connect()] the bytes come straight from the workers: from the file of a
#' block where the worker runs on this machine, else over its RPC port; from another worker when one
#' fails; out of the under file system when none holds them. Without `masters`, or when none of them
#' is reached, they come from Alluxio's FUSE mount (`fuse` in [alx_connect()]), and without one over
#' the proxy, as a range over S3 where the path allows. [alx_sitrep()] tells which way a file takes.
#'
#' @inheritParams alx_read_raw
#' @param offset First byte, from 0.
#' @param length How many bytes, or `NULL` for all that follow; less at the end of the file.
#' @return A raw vector.
#' @family files
#' @export
#' @examples
#' \dontrun{
#' con <- alx_connect(masters = "localhost:19998")
#' alx_get(con, "/data/a.bin", offset = 1024, length = 16)
#' }
alx_get <- function(con, path, offset = 0, length = NULL) {
  check_connection(con)
  path <- checked_path(path)
  check_number(offset, "offset", above = -1)
  if (!is.null(length)) check_number(length, "length", above = -1)
  source <- open_source(con, path)
  on.exit(.Call(alx_c_close, source))
  read_source(source, path, offset, length)
}

#' Write a file straight to workers and the under file system
#'
#' With `masters` in [alx_connect()] the bytes go to a worker that writes them to the under file
#' system, and to workers that cache them. What was written is durable when the call returns: the
#' under file system acknowledged every byte, and the master has seen the file there. Without
#' `masters` this is [alx_write_raw()].
#'
#' @inheritParams alx_write_raw
#' @param x A raw vector.
#' @param write_type `"CACHE_THROUGH"`, durable and cached; `"THROUGH"`, durable; or `"MUST_CACHE"`,
#'   which is **lost without a word** when a worker fails or is full, and so must be asked for.
#' @param block_bytes Size of a block in bytes.
#' @return `con`, invisibly.
#' @family files
#' @export
#' @examples
#' \dontrun{
#' con <- alx_connect(masters = "localhost:19998")
#' alx_put(con, as.raw(1:10), "/data/a.bin")
#' }
alx_put <- function(con, x, path, write_type = "CACHE_THROUGH", overwrite = FALSE,
                    block_bytes = 64 * 2^20) {
  check_connection(con)
  if (!uses_rpc(con)) {
    return(alx_write_raw(con, x, path, write_type, overwrite, progress = FALSE))
  }
  check_raw(x)
  path <- check_new_file(con, path, write_type, overwrite)
  check_one_of(write_type, "write_type", names(rpc_write_types))
  check_number(block_bytes, "block_bytes", above = 0)
  options <- c(rpc_write_types[[write_type]], block_bytes, strtoi("644", 8), overwrite)
  transport_result(.Call(alx_c_put, rpc_client(con), path, x, options), path)
  invisible(con)
}

# Numbers of the protocol; ASYNC_THROUGH would be durable some time after the call.
rpc_write_types <- c(MUST_CACHE = 1, CACHE_THROUGH = 3, THROUGH = 4)

check_raw <- function(x) {
  if (!is.raw(x)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`x` is of class ", class(x)[[1]], "."),
      "Give a raw vector; serialize(x, NULL) makes one of any object."
    )
  }
}

uses_rpc <- function(con) length(con$masters) > 0

# One client for each connection object, made when it is first needed.
rpc_client <- function(con) {
  if (is.null(con$state$rpc_client)) {
    how <- short_circuit_number(con)
    masters <- paste(con$masters, collapse = ",")
    client <- .Call(alx_c_client, masters, con$user, con$timeout_s, how)
    con$state$rpc_client <- transport_result(client, NULL)
  }
  con$state$rpc_client
}

# As src/alx_master.h has it.
short_circuit_number <- function(con) match(con$short_circuit, c("auto", "never", "always")) - 1L

# C code gives what was asked for, or list(class, text).
transport_result <- function(result, path) {
  if (!identical(names(result), c("class", "text"))) {
    return(result)
  }
  if (result$class == "interrupted") {
    rlang::interrupt()
  }
  about <- if (is.null(path) || grepl(path, result$text, fixed = TRUE)) "" else paste0(path, ": ")
  abort_alluxio(
    result$class, paste0(about, result$text, "."), transport_remedy(result$class),
    path = path
  )
}

transport_remedy <- function(class) {
  switch(class,
    alluxior_not_found = "Check the name with alx_ls() of the directory above.",
    alluxior_exists = "Give overwrite = TRUE, or another path.",
    alluxior_permission = "Ask as another `user` of alx_connect(), or change owner or mode.",
    alluxior_state = "Wait until the file is complete.",
    alluxior_no_room = "Free files with alx_free(), or write with THROUGH.",
    alluxior_unavailable = "Check the masters' and workers' addresses, and that they run.",
    alluxior_timeout = "Ask again, with a larger `timeout_s` in alx_connect().",
    alluxior_changed = "Open or read it again.",
    alluxior_corrupt = "Check that the port is Alluxio's RPC port and the version is 2.9.",
    alluxior_not_durable = "Write it again; keep the source until then.",
    alluxior_invalid = "Correct what the message names.",
    alluxior_memory = "Ask for fewer bytes at a time.",
    "Look at the logs of the masters and workers."
  )
}
