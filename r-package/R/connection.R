# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Say where Alluxio is
#'
#' Nothing is asked yet, so this cannot fail because of a server: [alx_sitrep()] tells what works.
#'
#' Paths and streams are served by the proxy's REST interface, which is off unless the proxy runs
#' with `alluxio.proxy.s3.v2.version.enabled=false`; a proxy that has it off answers every call with
#' nothing, which is found out and explained. REST calls run **as the proxy's user**, whoever asks;
#' `user` counts for what goes over S3 (parallel downloads, uploads of large files, copies).
#'
#' With several proxies a call goes to the one that answered last, and to the next when that one is
#' not reached. A call that changes something is sent again only when it has surely not arrived.
#'
#' @param proxy URLs of one proxy or several of the same Alluxio, such as `"http://proxy:39999"`.
#' @param user Who we are for S3.
#' @param timeout_s Seconds that a call on paths may take in all, and that a transfer of data may
#'   stand still.
#' @param connect_timeout_s Seconds to reach a proxy.
#' @param retries How many more times a call may be tried.
#' @param masters Addresses of the masters' RPC ports, such as `"master-0:19998"`, where masters and
#'   workers can be reached: [alx_get()] and [alx_put()] then go to them, past the proxy.
#' @param short_circuit Whether blocks are read from the workers' own files: `"auto"` from workers
#'   on this machine, `"never"`, or `"always"` from every worker whose files are to be seen here, as
#'   in a container that has the workers' folders mounted.
#' @param fuse The folder where Alluxio's root is mounted by FUSE on this machine, or `NULL`.
#' @return An object of class `alluxio_connection`, the first argument of the other functions.
#' @family connections
#' @export
#' @examples
#' con <- alx_connect("http://localhost:39999", user = "ada")
#' con
alx_connect <- function(proxy = Sys.getenv("ALLUXIO_PROXY", "http://localhost:39999"),
                        user = Sys.getenv("ALLUXIO_USER", Sys.info()[["user"]]),
                        timeout_s = 30, connect_timeout_s = 5, retries = 3,
                        masters = strsplit(Sys.getenv("ALLUXIO_MASTERS"), ",")[[1]],
                        short_circuit = "auto", fuse = NULL) {
  check_proxies(proxy)
  check_user(user)
  check_number(timeout_s, "timeout_s", above = 0)
  check_number(connect_timeout_s, "connect_timeout_s", above = 0)
  check_number(retries, "retries", above = -1)
  check_masters(masters)
  check_one_of(short_circuit, "short_circuit", c("auto", "never", "always"))
  check_fuse(fuse)
  state <- new.env(parent = emptyenv())
  state$current <- 1L
  state$rest_is_on <- character()
  structure(
    list(
      proxies = sub("/+$", "", proxy), user = user, timeout_s = timeout_s,
      connect_timeout_s = connect_timeout_s, retries = as.integer(retries), state = state,
      masters = masters, short_circuit = short_circuit,
      fuse = if (!is.null(fuse)) sub("/+$", "", fuse),
      fetch = curl_fetch
    ),
    class = "alluxio_connection"
  )
}

#' @export
print.alluxio_connection <- function(x, ...) {
  cat("<alluxio_connection> ", paste(x$proxies, collapse = ", "), " as ", x$user, "\n", sep = "")
  invisible(x)
}

check_connection <- function(con) {
  if (!inherits(con, "alluxio_connection")) {
    abort_alluxio(
      "alluxior_invalid", paste0("`con` is of class ", class(con)[[1]], "."),
      "Make it with alx_connect()."
    )
  }
}

check_proxies <- function(proxy) {
  is_url <- is.character(proxy) & grepl("^https?://[^/@[:space:]]+/*$", proxy)
  if (!length(proxy) || !all(is_url)) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("`proxy` is ", said(proxy), ", which is no address of a proxy."),
      "Give URLs of scheme, host and port alone, such as \"http://proxy:39999\"."
    )
  }
}

check_masters <- function(masters) {
  if (!all(is.character(masters) & grepl("^[^/,@[:space:]]+:[0-9]+$", masters))) {
    abort_alluxio(
      "alluxior_invalid", paste0("`masters` is ", said(masters), ", which is no list of masters."),
      "Give host and port of each, such as \"master-0:19998\", or character() for none."
    )
  }
}

check_fuse <- function(fuse) {
  if (!is.null(fuse) && !(rlang::is_string(fuse) && grepl("^[/~]", fuse))) {
    abort_alluxio(
      "alluxior_invalid", paste0("`fuse` is ", said(fuse), ", which is no path of a folder."),
      "Give the folder where Alluxio is mounted, such as \"/mnt/alluxio\", or NULL."
    )
  }
}

# The user stands in a header, between a "=" and a "/".
check_user <- function(user) {
  if (!rlang::is_string(user) || !grepl("^[^/,[:space:][:cntrl:]]+$", user)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`user` is ", said(user), ", which is no name of a user."),
      "Give one name without slash, comma and space, or set ALLUXIO_USER."
    )
  }
}

check_number <- function(value, name, above) {
  if (!is.numeric(value) || length(value) != 1 || is.na(value) || value <= above) {
    abort_alluxio(
      "alluxior_invalid", paste0("`", name, "` is ", said(value), "."),
      paste0("Give one number above ", above, ".")
    )
  }
}

check_flag <- function(value, name) {
  if (!rlang::is_bool(value)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`", name, "` is ", said(value), "."), "Give TRUE or FALSE."
    )
  }
}

check_one_of <- function(value, name, choices) {
  if (!rlang::is_string(value) || !value %in% choices) {
    abort_alluxio(
      "alluxior_invalid", paste0("`", name, "` is ", said(value), "."),
      paste0("Give one of ", paste0('"', choices, '"', collapse = ", "), ".")
    )
  }
}

# A value as R code, short enough for a message.
said <- function(value) {
  text <- paste(deparse(value, nlines = 1), collapse = "")
  if (nchar(text) > 80) paste0(substr(text, 1, 77), "...") else text
}
