# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Where a frame's files are. A store is a list of functions over names of files in one folder:
#   place             what to call it in messages
#   list()            the names in the folder; none when there is no folder
#   create()          makes the folder where it is missing
#   put(name, bytes)  writes a whole file; on Alluxio it is one block
#   get(name)         a whole file as a raw vector
#   open(name)        what the C code reads from: a source (sources.R)
#   publish(from, to) renames; fails where 'to' exists
#   remove(names)     removes files; those that are gone already are no failure
#   con               the connection, or NULL for a folder of this machine

frame_store <- function(path, con, write_type = "CACHE_THROUGH") {
  if (is.null(con)) folder_store(path) else alluxio_store(con, path, write_type)
}

folder_store <- function(path) {
  path <- path.expand(path)
  full <- function(name) file.path(path, name)
  list(
    place = path, con = NULL,
    list = function() list.files(path, all.files = TRUE, no.. = TRUE),
    create = function() folder_create(path),
    put = function(name, bytes) folder_put(full(name), bytes),
    get = function(name) folder_get(full(name)),
    open = function(name) open_file_source(full(name)),
    publish = function(from, to) folder_publish(full(from), full(to)),
    remove = function(names) invisible(unlink(full(names)))
  )
}

folder_create <- function(path) {
  dir.create(path, showWarnings = FALSE, recursive = TRUE)
  if (!dir.exists(path)) {
    abort_alluxio(
      "alluxior_permission", paste0(path, ": the folder cannot be made."),
      "Check the path and its permissions.",
      path = path
    )
  }
}

folder_put <- function(file, bytes) {
  failed <- tryCatch({
    writeBin(bytes, file)
    file.size(file) != length(bytes)
  }, error = function(e) TRUE, warning = function(w) TRUE)
  if (failed) {
    abort_alluxio(
      "alluxior_no_room", paste0(file, ": ", length(bytes), " bytes could not be written."),
      "Check the free room and the permissions of the folder.", path = file
    )
  }
}

folder_get <- function(file) {
  if (!file.exists(file)) {
    abort_alluxio(
      "alluxior_not_found", paste0(file, ": there is no such file."), "Check the path.",
      path = file
    )
  }
  readBin(file, "raw", file.size(file))
}

folder_publish <- function(from, to) {
  if (file.exists(to) || !file.rename(from, to)) {
    abort_alluxio(
      "alluxior_exists", paste0(to, ": another writer has published meanwhile."), "Write again.",
      path = to
    )
  }
}

alluxio_store <- function(con, path, write_type) {
  check_new_file(con, path, write_type, overwrite = FALSE)
  full <- function(name) paste0(sub("/$", "", path), "/", name)
  list(
    place = path, con = con,
    list = function() alluxio_names(con, path),
    create = function() alx_mkdir(con, path),
    put = function(name, bytes) alluxio_put(con, full(name), bytes, write_type),
    get = function(name) alx_get(con, full(name)),
    open = function(name) open_source(con, full(name)),
    publish = function(from, to) alx_mv(con, full(from), full(to)),
    remove = function(names) for (name in names) alx_rm(con, full(name), missing_ok = TRUE)
  )
}

alluxio_names <- function(con, path) {
  listing <- tryCatch(alx_ls(con, path), alluxior_not_found = function(e) NULL)
  vapply(listing$path, name_of, "", USE.NAMES = FALSE)
}

# As one block.
alluxio_put <- function(con, file, bytes, write_type) {
  size <- length(bytes)
  if (uses_rpc(con)) {
    return(alx_put(con, bytes, file, write_type, block_bytes = size))
  }
  pieces <- pieces_of_raw(bytes)
  write_file(con, file, pieces, size, write_type, FALSE, FALSE, block_size_bytes = size)
}
