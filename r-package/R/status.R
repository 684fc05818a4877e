# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What the proxy's JSON says of files and directories, as R values. Ids are integer64, sizes are
# doubles (exact up to 9 PB).

# A status in the JSON of get-status or list-status.
as_status <- function(json) {
  is_directory <- isTRUE(json$folder)
  structure(
    list(
      path = json$path, name = json$name, type = if (is_directory) "directory" else "file",
      size_bytes = if (is_directory) NA_real_ else as.numeric(json$length),
      children = if (is_directory) as.integer(json$length) else NA_integer_,
      block_size_bytes = as.numeric(json$blockSizeBytes),
      modified = as_time(json$lastModificationTimeMs), created = as_time(json$creationTimeMs),
      owner = json$owner, group = json$group, mode = as.octmode(json$mode),
      complete = json$completed, persistence = json$persistenceState, pinned = json$pinned,
      pinned_media = as.character(json$pinnedMediumTypes),
      ttl_s = as_ttl_s(json$ttl), ttl_action = tolower(json$ttlAction),
      in_alluxio_percent = as.integer(json$inAlluxioPercentage),
      file_id = as_id(json$fileId), mount_point = json$mountPoint, ufs_path = json$ufsPath,
      blocks = as_blocks(json$fileBlockInfos)
    ),
    class = "alluxio_status"
  )
}

#' @export
format.alluxio_status <- function(x, ...) {
  shown <- c(
    "type", "size_bytes", "children", "modified", "owner", "group", "mode", "persistence",
    "pinned", "ttl_s", "in_alluxio_percent", "file_id", "ufs_path"
  )
  values <- vapply(x[shown], function(value) format(value, scientific = FALSE), "")
  known <- !is.na(x[shown])
  c(encodeString(x$path), paste0("  ", format(shown[known]), "  ", values[known]))
}

#' @export
print.alluxio_status <- function(x, ...) {
  cat(format(x), sep = "\n")
  invisible(x)
}

# The listing as a data frame; columns are filled one by one because there may be a million rows.
as_listing <- function(rows) {
  text <- function(field) vapply(rows, function(row) as.character(row[[field]]), "")
  number <- function(field) vapply(rows, function(row) as.numeric(row[[field]]), 0)
  flag <- function(field) vapply(rows, function(row) isTRUE(row[[field]]), NA)
  is_directory <- flag("folder")
  size_bytes <- number("length")
  size_bytes[is_directory] <- NA
  listing <- data.frame(
    path = text("path"), type = ifelse(is_directory, "directory", "file"), size_bytes = size_bytes,
    modified = as_time(number("lastModificationTimeMs")), owner = text("owner"),
    group = text("group"), mode = as.integer(number("mode")),
    persistence = text("persistenceState"), pinned = flag("pinned"),
    in_alluxio_percent = as.integer(number("inAlluxioPercentage")), stringsAsFactors = FALSE
  )
  listing$mode <- as.octmode(listing$mode)
  listing$file_id <- as_ids(lapply(rows, `[[`, "fileId"))
  ordered <- listing[order(listing$path, method = "radix"), ]
  row.names(ordered) <- NULL
  ordered
}

# A row for each copy of a block in a worker; a block without a copy has one row without a host.
as_blocks <- function(infos) {
  rows <- unlist(lapply(infos, block_rows), recursive = FALSE)
  blocks <- data.frame(
    offset = vapply(rows, `[[`, 0, "offset"), size_bytes = vapply(rows, `[[`, 0, "size_bytes"),
    host = vapply(rows, `[[`, "", "host"), tier = vapply(rows, `[[`, "", "tier"),
    stringsAsFactors = FALSE
  )
  blocks$block_id <- as_ids(lapply(rows, `[[`, "block_id"))
  blocks[c("block_id", "offset", "size_bytes", "host", "tier")]
}

block_rows <- function(info) {
  block <- info$blockInfo
  row <- function(host, tier) {
    list(
      block_id = block$blockId, offset = as.numeric(info$offset),
      size_bytes = as.numeric(block$length), host = host, tier = tier
    )
  }
  if (!length(block$locations)) {
    return(list(row(NA_character_, NA_character_)))
  }
  lapply(block$locations, function(one) row(one$workerAddress$host, one$tierAlias))
}

as_time <- function(ms) .POSIXct(as.numeric(ms) / 1000, tz = "UTC")

as_ttl_s <- function(ttl_ms) if (as.numeric(ttl_ms) < 0) NA_real_ else as.numeric(ttl_ms) / 1000

# Numbers up to 2^53 come as numbers and are exact, larger ones as text.
as_id <- function(value) bit64::as.integer64(format_id(value))

as_ids <- function(values) bit64::as.integer64(vapply(values, format_id, ""))

format_id <- function(value) {
  if (is.character(value)) value else format(value, scientific = FALSE, digits = 22)
}
