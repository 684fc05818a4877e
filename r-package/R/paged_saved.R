# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What a paged column is saved as: where it is, and which version of the frame it is of.

saved_column <- function(frame, name) {
  store <- frame$store
  place <- if (is.null(store$con)) normalizePath(store$place) else store$place
  list(
    format = 1L, place = place, con = saved_connection(store$con),
    version = frame$manifest$version, column = name
  )
}

# The arguments of alx_connect(); a folder of this machine has none.
saved_connection <- function(con) {
  if (is.null(con)) {
    return(NULL)
  }
  con <- unclass(con)
  list(
    proxy = con$proxies, user = con$user, timeout_s = con$timeout_s,
    connect_timeout_s = con$connect_timeout_s, retries = con$retries, masters = con$masters,
    short_circuit = con$short_circuit, fuse = con$fuse
  )
}

# The column again; src/r_paged.c calls this where a saved one is read.
paged_again <- function(saved) {
  con <- if (!is.null(saved$con)) do.call(alx_connect, saved$con)
  frame <- unclass(alx_open_frame(saved$place, con))
  if (frame$manifest$version != saved$version) {
    abort_alluxio(
      "alluxior_changed",
      paste0(saved$place, ": the frame was replaced after column '", saved$column, "' was saved."),
      "Open the frame again: as.data.frame(alx_open_frame(path, con)).",
      path = saved$place
    )
  }
  paged_columns(frame, saved$column)[[1]]
}
