# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Compiles arrow_producer.c once, as R compiles packages.
arrow_producer <- function() {
  if (!is.loaded("produce")) {
    folder <- tempfile("producer-")
    dir.create(folder)
    file.copy(testthat::test_path("arrow_producer.c"), folder)
    library <- file.path(folder, paste0("arrow_producer", .Platform$dynlib.ext))
    compile <- c("CMD", "SHLIB", "-o", library, file.path(folder, "arrow_producer.c"))
    system2(file.path(R.home("bin"), "R"), compile, stdout = FALSE)
    dyn.load(library)
  }
}

# Buffers as Arrow has them: little-endian values; bits with the lowest first.
ints <- function(x, size) writeBin(as.integer(x), raw(), size = size, endian = "little")
longs <- function(x) {
  x <- bit64::as.integer64(x)
  writeBin(unclass(x), raw(), size = 8, endian = "little")
}
reals <- function(x, size = 8) writeBin(as.double(x), raw(), size = size, endian = "little")
bits <- function(x) packBits(c(x, rep(FALSE, -length(x) %% 8)), "raw")

# A column of some values; `present` are TRUE where they are not null, `...` are further fields.
arrow_values <- function(format, values, length, present = NULL, ...) {
  nulls <- if (is.null(present)) 0 else sum(!present)
  validity <- if (nulls) bits(present)
  list(
    name = "x", format = format, length = length, nulls = nulls, buffers = list(validity, values),
    ...
  )
}

arrow_strings <- function(x, format = "u", ...) {
  text <- ifelse(is.na(x), "", enc2utf8(x))
  ends <- c(0, cumsum(nchar(text, "bytes")))
  column <- arrow_values(format, if (format == "u") ints(ends, 4) else longs(ends), length(x),
    present = !is.na(x), ...
  )
  column$buffers[[3]] <- charToRaw(paste(text, collapse = ""))
  column
}

arrow_record <- function(..., offset = 0, length = NULL) {
  columns <- list(...)
  names <- names(columns)
  for (i in seq_along(names)) columns[[i]]$name <- names[[i]]
  rows <- if (is.null(length)) columns[[1]]$length else length
  list(
    name = "", format = "+s", length = rows, offset = offset, nulls = 0, buffers = list(NULL),
    columns = unname(columns)
  )
}

exported <- function(batches) {
  arrow_producer()
  stream <- alx_arrow_stream()
  .Call(getNativeSymbolInfo("produce"), batches, format(stream))
  stream
}

# What is still out, and what was released twice: c(0, 0) when all is as it must be.
arrow_counts <- function() {
  gc()
  .Call(getNativeSymbolInfo("released"))
}

# The first batch of a record with these columns.
taken <- function(...) {
  batches <- alx_arrow_batches(exported(list(arrow_record(...))))
  frame <- batches()
  testthat::expect_null(batches())
  testthat::expect_null(batches())
  frame
}
