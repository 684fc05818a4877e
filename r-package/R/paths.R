# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Files and directories
#'
#' `alx_ls()` lists a directory, or tells of one file; `alx_stat()` tells all of one path;
#' `alx_exists()` tells whether there is one.
#'
#' Alluxio remembers what it has seen of the under file system. What was put there past Alluxio is
#' seen with `refresh = TRUE`, which asks the under file system and takes longer.
#'
#' @param con From [alx_connect()].
#' @param path The whole path, such as `"/data/a.csv"`. Every name that Alluxio keeps is taken, in
#'   any script; names with a backslash and new names with `?` are refused, because Alluxio keeps
#'   another file under them than they say.
#' @param recursive All that is below, too.
#' @param refresh Look at the under file system first.
#' @return `alx_ls()`: a data frame, ordered by path, with `path`, `type`, `size_bytes`, `modified`,
#'   `owner`, `group`, `mode`, `persistence`, `pinned`, `in_alluxio_percent` and `file_id`, which is
#'   `integer64`. `alx_stat()`: a list of class `alluxio_status` with more of the same, and
#'   `blocks`, a data frame of the copies of the file's blocks. `alx_exists()`: `TRUE` or `FALSE`.
#' @family paths
#' @export
#' @examples
#' \dontrun{
#' con <- alx_connect("http://proxy:39999")
#' alx_ls(con, "/data")
#' alx_stat(con, "/data/a.csv")$blocks
#' }
alx_ls <- function(con, path = "/", recursive = FALSE, refresh = FALSE) {
  path <- checked_path(path)
  check_flag(recursive, "recursive")
  options <- c(list(recursive = recursive), looking(refresh))
  as_listing(rest_ask(con, path, "list-status", options))
}

#' @rdname alx_ls
#' @export
alx_stat <- function(con, path, refresh = FALSE) {
  path <- checked_path(path)
  as_status(rest_ask(con, path, "get-status", looking(refresh)))
}

#' @rdname alx_ls
#' @export
alx_exists <- function(con, path, refresh = FALSE) {
  path <- checked_path(path)
  isTRUE(rest_ask(con, path, "exists", looking(refresh)))
}

looking <- function(refresh) {
  check_flag(refresh, "refresh")
  if (!refresh) {
    return(list())
  }
  list(loadMetadataType = "ALWAYS", commonOptions = c(list(syncIntervalMs = 0), no_ttl))
}

#' Make, move and remove
#'
#' `alx_mkdir()` makes a directory and those above it; one that is there already will do.
#' `alx_mv()` moves or renames; `alx_rm()` removes, in the under file system too.
#'
#' @inheritParams alx_ls
#' @param mode As in `chmod`, such as `"0755"`; `NULL` leaves it to Alluxio.
#' @param from,to Paths.
#' @param recursive With all that is below.
#' @param missing_ok It will do that there is nothing.
#' @param alluxio_only Leave it in the under file system.
#' @return `con`, invisibly, so that calls can be chained.
#' @family paths
#' @export
#' @examples
#' \dontrun{
#' con |>
#'   alx_mkdir("/data/new") |>
#'   alx_mv("/data/a.csv", "/data/new/a.csv") |>
#'   alx_rm("/data/old", recursive = TRUE)
#' }
alx_mkdir <- function(con, path, mode = NULL) {
  path <- checked_path(path, is_new = TRUE)
  options <- list(recursive = TRUE, allowExists = TRUE, writeType = "CACHE_THROUGH")
  options$mode <- mode_bits(mode)
  rest_do(con, path, "create-directory", options)
  invisible(con)
}

#' @rdname alx_mkdir
#' @export
alx_mv <- function(con, from, to) {
  from <- checked_path(from, "from")
  to <- checked_path(to, "to", is_new = TRUE)
  rest_do(con, from, "rename", query = c(dst = to))
  invisible(con)
}

#' @rdname alx_mkdir
#' @export
alx_rm <- function(con, path, recursive = FALSE, missing_ok = FALSE, alluxio_only = FALSE) {
  path <- checked_path(path)
  check_flag(recursive, "recursive")
  check_flag(missing_ok, "missing_ok")
  check_flag(alluxio_only, "alluxio_only")
  remove <- function() {
    rest_do(con, path, "delete", list(recursive = recursive, alluxioOnly = alluxio_only))
  }
  if (missing_ok) {
    tryCatch(remove(), alluxior_not_found = function(condition) NULL)
  } else {
    remove()
  }
  invisible(con)
}

#' What Alluxio keeps, and for how long
#'
#' `alx_free()` lets the workers drop the blocks of what is in the under file system;
#' `alx_pin()` keeps them; `alx_ttl()` sets a time after which the path is freed or deleted;
#' `alx_chmod()` and `alx_chown()` set who may do what.
#'
#' @inheritParams alx_mkdir
#' @param forced Also what is pinned.
#' @param pinned `FALSE` unpins.
#' @param media Names of media, such as `"MEM"`, where copies must be; empty for any.
#' @param ttl_s Seconds from the creation of the path; `NULL` for no end.
#' @param action What happens then: `"free"` drops the blocks, `"delete"` removes the path, in the
#'   under file system too.
#' @param mode As in `chmod`, such as `"0640"`.
#' @param owner,group Names; `NULL` leaves them.
#' @return `con`, invisibly.
#' @family paths
#' @export
#' @examples
#' \dontrun{
#' alx_pin(con, "/data/hot")
#' alx_ttl(con, "/data/scratch", ttl_s = 3600, action = "delete")
#' }
alx_free <- function(con, path, recursive = FALSE, forced = FALSE) {
  path <- checked_path(path)
  check_flag(recursive, "recursive")
  check_flag(forced, "forced")
  rest_do(con, path, "free", list(recursive = recursive, forced = forced))
  invisible(con)
}

#' @rdname alx_free
#' @export
alx_pin <- function(con, path, pinned = TRUE, media = character()) {
  path <- checked_path(path)
  check_flag(pinned, "pinned")
  set_attribute(con, path, list(pinned = pinned, pinnedMedia = I(as.character(media))))
}

#' @rdname alx_free
#' @export
alx_ttl <- function(con, path, ttl_s, action = "free") {
  path <- checked_path(path)
  check_one_of(action, "action", c("free", "delete"))
  if (!is.null(ttl_s)) {
    check_number(ttl_s, "ttl_s", above = 0)
  }
  ttl_ms <- if (is.null(ttl_s)) "-1" else format_id(ceiling(1000 * ttl_s))
  common <- list(syncIntervalMs = -1, ttl = ttl_ms, ttlAction = toupper(action))
  set_attribute(con, path, list(commonOptions = common))
}

#' @rdname alx_free
#' @export
alx_chmod <- function(con, path, mode, recursive = FALSE) {
  path <- checked_path(path)
  check_flag(recursive, "recursive")
  set_attribute(con, path, list(mode = mode_bits(mode), recursive = recursive))
}

#' @rdname alx_free
#' @export
alx_chown <- function(con, path, owner = NULL, group = NULL, recursive = FALSE) {
  path <- checked_path(path)
  check_flag(recursive, "recursive")
  options <- list(recursive = recursive)
  options$owner <- owner
  options$group <- group
  set_attribute(con, path, options)
}

set_attribute <- function(con, path, options) {
  rest_do(con, path, "set-attribute", options)
  invisible(con)
}

#' Mount under file systems
#'
#' @inheritParams alx_mkdir
#' @param path Where it shall be seen; nothing may be there yet.
#' @param uri Of the under file system, such as `"s3://bucket/folder"`.
#' @param properties A named character vector of mount options, such as
#'   `c("alluxio.underfs.s3.endpoint" = "http://minio:9000")`. Credentials go over the wire as they
#'   are, and anybody who may see the mount table sees the names of the options.
#' @param read_only,shared As in Alluxio.
#' @return `con`, invisibly.
#' @family paths
#' @export
#' @examples
#' \dontrun{
#' alx_mount(con, "/images", "s3://bucket/images", read_only = TRUE)
#' alx_unmount(con, "/images")
#' }
alx_mount <- function(con, path, uri, properties = character(), read_only = FALSE,
                      shared = FALSE) {
  path <- checked_path(path, is_new = TRUE)
  check_flag(read_only, "read_only")
  check_flag(shared, "shared")
  options <- list(readOnly = read_only, shared = shared)
  if (length(properties)) {
    options$properties <- as.list(properties)
  }
  rest_do(con, path, "mount", options, query = c(src = uri))
  invisible(con)
}

#' @rdname alx_mount
#' @export
alx_unmount <- function(con, path) {
  path <- checked_path(path)
  rest_do(con, path, "unmount")
  invisible(con)
}

# Alluxio's names of the bits, of "0644" or an octmode.
mode_bits <- function(mode) {
  if (is.null(mode)) {
    return(NULL)
  }
  text <- if (inherits(mode, "octmode")) format(mode, width = 3) else mode
  if (!rlang::is_string(text) || !grepl("^0?[0-7]{3}$", text)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`mode` is ", said(mode), "."),
      "Give three octal digits, such as \"0644\"."
    )
  }
  bits <- c(
    "NONE", "EXECUTE", "WRITE", "WRITE_EXECUTE", "READ", "READ_EXECUTE", "READ_WRITE", "ALL"
  )
  digits <- as.integer(strsplit(sub("^0(...)$", "\\1", text), "")[[1]])
  list(
    ownerBits = bits[[digits[[1]] + 1]], groupBits = bits[[digits[[2]] + 1]],
    otherBits = bits[[digits[[3]] + 1]]
  )
}
