# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# The manifest of a frame: between its JSON and
# list(version, rows, chunk_rows, columns, chunks) columns are schemas (chunk_columns.R) that also
# have 'statistics', a list of vectors nulls, nans, flags, min, max with an entry for each chunk.
# chunks is list(file, rows, bytes, header) of vectors.

manifest_head <- '{"alxf":1,"xxh64":"'
no_hash <- strrep("0", 16)
hash_at <- nchar(manifest_head) + seq_len(16)
manifest_head_bytes <- nchar(manifest_head) + 16
manifest_head_pattern <- '^[{]"alxf":1,"xxh64":"[0-9a-f]{16}$'

manifest_name <- function(number) sprintf("_manifest-%06d.json", as.integer(number))

# The numbers of the manifests among some names; 0 for other names.
manifest_numbers <- function(names) {
  numbers <- sub("^_manifest-([0-9]{6,9})\\.json$", "\\1", names)
  ifelse(numbers == names, 0, suppressWarnings(as.numeric(numbers)))
}

is_chunk_name <- function(names) grepl("^[0-9a-f]{32}-[0-9]{6,}\\.alxf$", names)

# Any number as JSON's digits, never 1e+05.
json_number <- function(x) {
  structure(format(x, scientific = FALSE, trim = TRUE, digits = 16), class = "json")
}

manifest_bytes <- function(manifest) {
  content <- list(
    version = manifest$version, writer = paste("alluxior", getNamespaceVersion("alluxior")),
    rows = json_number(manifest$rows), chunk_rows = json_number(manifest$chunk_rows),
    columns = lapply(unname(manifest$columns), column_json), chunks = chunks_json(manifest$chunks)
  )
  json <- jsonlite::toJSON(content, auto_unbox = TRUE, na = "null", json_verbatim = TRUE)
  bytes <- charToRaw(paste0(manifest_head, no_hash, '",', substring(enc2utf8(json), 2)))
  bytes[hash_at] <- charToRaw(.Call(alx_c_xxh64, bytes))
  bytes
}

column_json <- function(column) {
  if (!is.null(column$dictionary)) {
    column$dictionary <- I(column$dictionary)
  }
  column$statistics <- lapply(column$statistics, I)
  column
}

chunks_json <- function(chunks) {
  lapply(seq_along(chunks$file), function(i) {
    list(
      file = chunks$file[[i]], rows = json_number(chunks$rows[[i]]),
      bytes = json_number(chunks$bytes[[i]]), header = chunks$header[[i]]
    )
  })
}

# 'file' is for messages.
manifest_of <- function(bytes, file) {
  corrupt <- function(what) {
    abort_alluxio(
      "alluxior_corrupt", paste0(file, ": ", what),
      "Write the frame again, or restore its folder from a copy.",
      path = file
    )
  }
  head <- bytes[seq_len(min(length(bytes), manifest_head_bytes))]
  if (!grepl(manifest_head_pattern, as_text(head))) {
    corrupt("at offset 0: not a manifest of the chunk format, version 1.")
  }
  said <- as_text(bytes[hash_at])
  bytes[hash_at] <- charToRaw(no_hash)
  if (said != .Call(alx_c_xxh64, bytes)) {
    corrupt("at offset 19: the checksum does not match, so its bytes were damaged.")
  }
  tryCatch(manifest_of_json(rawToChar(bytes)), error = function(e) corrupt(conditionMessage(e)))
}

# Bytes as a string, whatever they are.
as_text <- function(bytes) rawToChar(replace(bytes, bytes == 0 | bytes > 0x7f, charToRaw("?")))

manifest_of_json <- function(text) {
  Encoding(text) <- "UTF-8"
  json <- jsonlite::parse_json(text, simplifyVector = FALSE)
  columns <- lapply(json$columns, column_of_json)
  names(columns) <- texts(lapply(columns, `[[`, "name"))
  manifest <- list(
    version = json$version,
    rows = as.double(json$rows),
    chunk_rows = as.double(json$chunk_rows),
    columns = columns,
    chunks = list(
      file = texts(lapply(json$chunks, `[[`, "file")),
      rows = numbers(lapply(json$chunks, `[[`, "rows")),
      bytes = numbers(lapply(json$chunks, `[[`, "bytes")),
      header = texts(lapply(json$chunks, `[[`, "header"))
    )
  )
  check_manifest(manifest)
  manifest
}

column_of_json <- function(json) {
  if (!is.null(json$dictionary)) {
    json$dictionary <- texts(json$dictionary)
  }
  json$statistics <- list(
    nulls = numbers(json$statistics$nulls), nans = numbers(json$statistics$nans),
    flags = numbers(json$statistics$flags), min = texts(json$statistics$min),
    max = texts(json$statistics$max)
  )
  json
}

# A list of strings and nulls, or of numbers, as a vector.
texts <- function(list) {
  vapply(list, function(x) if (is.null(x)) NA_character_ else x, "", USE.NAMES = FALSE)
}

numbers <- function(list) vapply(list, as.double, 0, USE.NAMES = FALSE)

# What the reading of chunks relies on; the checksum has shown already that these are a writer's
# words.
check_manifest <- function(manifest) {
  chunks <- manifest$chunks
  count <- length(chunks$file)
  full <- if (count > 1) chunks$rows[-count] else numeric()
  lengths <- unlist(lapply(manifest$columns, function(column) lengths(column$statistics)))
  right <- c(
    "the version" = grepl("^[0-9a-f]{32}$", manifest$version),
    "chunk_rows" = manifest$chunk_rows >= 1024 && manifest$chunk_rows %% 1024 == 0,
    "the rows of the chunks" = sum(chunks$rows) == manifest$rows &&
      all(full == manifest$chunk_rows) && all(chunks$rows >= 1) &&
      all(chunks$rows <= manifest$chunk_rows),
    "the names of the chunks" = all(is_chunk_name(chunks$file)),
    "the headers of the chunks" = all(grepl("^[0-9a-f]{16}$", chunks$header)),
    "the statistics" = all(lengths == count),
    "the columns" = all(vapply(manifest$columns, is_schema, NA))
  )
  if (!all(right)) {
    stop("not a manifest of the chunk format: ", names(right)[!right][[1]], " cannot be right.")
  }
}

is_schema <- function(column) {
  by_class <- c(
    logical = "bool32", integer = "int32", double = "float64", integer64 = "int64",
    character = "dictionary32", factor = "dictionary32", ordered = "dictionary32"
  )
  type <- column$type
  fits <- if (column$class %in% c("Date", "POSIXct", "difftime")) {
    type %in% c("int32", "float64")
  } else {
    type %in% by_class[column$class]
  }
  fits && nzchar(column$name) && (type != "dictionary32" || is.character(column$dictionary))
}
