# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' A data.frame larger than the memory
#'
#' `as.data.frame(frame)` gives a data.frame like any other, except that its values are not in
#' memory: they are brought when something looks at them, and go again when others need the room.
#' R's own functions and those of packages take it as it is. [alx_collect()] gives the same as
#' plain vectors.
#'
#' What of the columns is in memory takes at most `options(alluxior.cache = )` bytes, of all such
#' data frames together; by default a quarter of the memory that R may use, and no more than 4
#' GiB. Where the chunks' files are on this machine (a folder, or a worker's block files), they
#' are mapped instead, and the system does with that memory as with any file's.
#'
#' **Results are R's.** `x + 1` has as many values as `x`, and they are in memory: [alx_lm()] and
#' the other functions of this package work without. `mean(x)`, `x[i]`, `head(d)`, `table(g)` need
#' little.
#'
#' **Copies.** `d$x[3] <- 0` changes a copy of the column, of which only the chunks that are
#' written to stay in memory. Neither Alluxio nor another object ever sees the change.
#'
#' **Saved** by `saveRDS()` or sent to another process, a column that was not changed is a note of
#' where it is. Who reads it opens the frame again; where that was replaced meanwhile, it is the
#' error `alluxior_changed`. The processes of `parallel::mclapply()` bring what they need by
#' themselves.
#'
#' **Failures.** What is asked for by R's means (`x[i]`, `sum(x)`) and cannot be had is an error
#' of a class of [alluxior_error]. C code that holds a pointer to a whole column (`order()`,
#' `var()`, most of dplyr) cannot be told: after three attempts R ends, with a message that names
#' the file and the offset. No value is made up.
#'
#' **Where it works.** C code must be able to reach the frame: `masters` or `fuse` in
#' [alx_connect()], or a folder. Such pointers need Linux's userfaultfd. Where it is refused (many
#' containers' seccomp profile does) a pointer to a column whose files cannot be mapped takes
#' memory for all of it, within the same limit, or is the error `alluxior_memory`; all else is the
#' same. `options(alluxior.userfaultfd = FALSE)` does without it. `options(alluxior.map_files =
#' FALSE)` maps no files: of a folder on NFS, say, whose loss would end R by SIGBUS.
#'
#' A chunk's values of one column are brought as a whole, because their checksum is of the whole:
#' for much access in no order choose small chunks (`chunk_rows` of [alx_write_frame()]).
#'
#' @param x A frame of which at most columns were chosen or renamed: filter() and the like ask for
#'   rows that are not stored; `compute()` stores them.
#' @param row.names Names of the rows, or `NULL`.
#' @param optional,... Ignored.
#' @return A data.frame.
#' @family frames
#' @export
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' d <- as.data.frame(frame)
#' identical(d, alx_collect(frame))
#' coef(lm(Ozone ~ Temp, d))
as.data.frame.alx_frame <- function(x, row.names = NULL, optional = FALSE, ...) {
  frame <- opened(x)
  stored <- stored_names(frame$query)
  check_result_rows(frame$manifest$rows)
  columns <- paged_columns(frame, stored)
  names(columns) <- names(stored)
  rows <- frame_of(columns, frame$manifest$rows)
  if (!is.null(row.names)) {
    row.names(rows) <- row.names
  }
  rows
}

# For each column of a query the stored one that it is.
stored_names <- function(query) {
  origin <- query$origin[names(query$ptype)]
  if (!keeps_rows(query) || length(query$order) > 0 || anyNA(origin)) {
    abort_alluxio(
      "alluxior_unsupported",
      paste0(
        "as.data.frame() gives rows as they are stored; asked was ",
        toString(steps_said(query)), "."
      ),
      paste(
        "compute(path) stores the result as a frame, which can be had as a data.frame; collect()",
        "gives it in memory."
      ),
      verb = "as.data.frame"
    )
  }
  origin
}

# The stored columns of these names, as vectors.
paged_columns <- function(frame, names) {
  if (frame$manifest$rows == 0) {
    return(lapply(frame$manifest$columns[names], function(schema) {
      column_of(schema, empty_values(schema, 0))
    }))
  }
  pages <- paged_frame(frame)
  lapply(names, function(name) paged_column(frame, pages, name))
}

# What src/alxp_*.c knows of the frame.
paged_frame <- function(frame) {
  manifest <- frame$manifest
  place <- paged_place(frame$store)
  numbers <- c(
    place$timeout_s, place$short_circuit, paged_option("map_files"), manifest$rows,
    manifest$chunk_rows, cache_bytes()
  )
  types <- unname(chunk_types[vapply(manifest$columns, `[[`, "", "type")])
  pages <- .Call(
    alx_c_paged_frame, c(place$folder, place$masters, place$user), numbers, frame$version, types,
    manifest$chunks$file, manifest$chunks$header
  )
  transport_result(pages, frame$store$place)
}

# Where C code finds the chunks without R: list(folder, masters, user, timeout_s, short_circuit).
paged_place <- function(store) {
  con <- store$con
  if (is.null(con)) {
    return(folder_place(normalizePath(store$place)))
  }
  folder <- sub("/$", "", store$place)
  if (uses_rpc(con)) {
    return(list(
      folder = folder, masters = paste(con$masters, collapse = ","), user = con$user,
      timeout_s = con$timeout_s, short_circuit = short_circuit_number(con)
    ))
  }
  why_not <- why_not_fuse(con$fuse)
  if (!is.null(why_not)) {
    abort_alluxio(
      "alluxior_unsupported",
      paste0(
        store$place, ": as.data.frame() reaches no workers: no `masters` are given, and ",
        why_not, "."
      ),
      "Give `masters` or `fuse` in alx_connect(), or collect() what you need into memory.",
      path = store$place, verb = "as.data.frame"
    )
  }
  folder_place(paste0(con$fuse, folder))
}

folder_place <- function(folder) {
  list(folder = folder, masters = "", user = "", timeout_s = 0, short_circuit = 0)
}
