# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' What works, and what to do about the rest
#'
#' Asks each proxy of a connection: whether it can be reached, whether its REST interface is on and
#' has a master, and whether its S3 interface takes our user; with `masters`, which of them leads.
#' With a `path`, also by which way the first bytes of that file come, and why by no faster one.
#' Nothing is changed, but the first S3 call to a proxy makes it create
#' `/.alluxio_s3_api_metadata`.
#'
#' @inheritParams alx_ls
#' @param path Of a file to be looked at, or `NULL`.
#' @return A data frame of class `alluxio_sitrep` with `what`, `works`, `detail` and `remedy`.
#' @family connections
#' @export
#' @examples
#' alx_sitrep(alx_connect("http://localhost:1", connect_timeout_s = 1, retries = 0))
alx_sitrep <- function(con, path = NULL) {
  check_connection(con)
  rows <- lapply(con$proxies, function(proxy) proxy_rows(con, proxy))
  if (uses_rpc(con)) {
    rows <- c(rows, list(sitrep_row("masters", paste("led by", rpc_leader(con)))))
  }
  if (!is.null(path)) {
    rows <- c(rows, list(sitrep_row(path, ways_in_words(con, checked_path(path)))))
  }
  structure(do.call(rbind, rows), class = c("alluxio_sitrep", "data.frame"))
}

proxy_rows <- function(con, proxy) {
  one <- con
  one$proxies <- proxy
  one$retries <- 0L
  one$state <- new.env(parent = emptyenv())
  one$state$current <- 1L
  one$state$rest_is_on <- character()
  rbind(
    sitrep_row(paste(proxy, "REST"), paste("Alluxio", rest_version(one))),
    sitrep_row(paste(proxy, "paths"), paste(alx_stat(one, "/")$children, "entries in /")),
    sitrep_row(paste(proxy, "S3"), s3_greeting(one))
  )
}

rpc_leader <- function(con) transport_result(.Call(alx_c_leader, rpc_client(con)), NULL)

ways_in_words <- function(con, path) {
  report <- source_report(con, path)
  taken <- paste(report$bytes, "bytes by", report$way, collapse = ", ")
  why_not <- if (length(report$why_not)) {
    reasons <- paste0("not by ", names(report$why_not), ": ", report$why_not, collapse = "; ")
    paste0(" (", reasons, ")")
  }
  paste0(taken, why_not)
}

# `detail` is evaluated here: what it raises is what does not work.
sitrep_row <- function(what, detail) {
  row <- function(works, detail, remedy) {
    data.frame(what = what, works = works, detail = detail, remedy = remedy)
  }
  tryCatch(
    row(TRUE, detail, ""),
    alluxior_error = function(condition) row(FALSE, condition$what, condition$remedy)
  )
}

s3_greeting <- function(con) {
  s3_call(con, s3_target_request(con, "GET", "/"), "/")
  paste("takes user", con$user)
}

#' @export
print.alluxio_sitrep <- function(x, ...) {
  mark <- ifelse(x$works, "works", "FAILS")
  cat(paste0(mark, "  ", x$what, ": ", x$detail), sep = "\n")
  for (remedy in unique(x$remedy[nzchar(x$remedy)])) {
    cat("To do: ", remedy, "\n", sep = "")
  }
  invisible(x)
}
