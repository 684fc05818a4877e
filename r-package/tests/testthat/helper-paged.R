# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# How values may come: from mapped files; copied when they are touched; copied when R asks for them.
paged_ways <- list(
  mapped = list(),
  copied = list(alluxior.map_files = FALSE),
  asked = list(alluxior.map_files = FALSE, alluxior.userfaultfd = FALSE)
)

few_chunks <- 8 * 8192

# The options of one of these, and room for few chunks of 1024 rows; where R asks for them, a
# pointer needs room for all.
local_paged <- function(way, cache = if (way == "asked") 2^23 else few_chunks,
                        env = parent.frame()) {
  withr::local_options(c(paged_ways[[way]], alluxior.cache = cache), .local_envir = env)
}

# A data.frame whose values are in small chunks in a folder, and where that is.
paged_copy <- function(rows, env = parent.frame(), chunk_rows = 1024) {
  path <- withr::local_tempfile(.local_envir = env)
  frame <- alx_write_frame(rows, path, chunk_rows = chunk_rows)
  list(rows = as.data.frame(frame), path = path, frame = frame)
}

is_paged <- function(column) {
  any(grepl("column [0-9]+ of ", utils::capture.output(.Internal(inspect(column)))))
}

# Once what nobody holds any more is gone.
paged_counts_settled <- function() {
  gc()
  Sys.sleep(0.2)
  paged_counts()
}

# What has happened while `code` ran.
paged_counts <- function() .Call(alluxior:::alx_c_paged_counts)

counted_by <- function(code) {
  before <- paged_counts()
  force(code)
  paged_counts() - before
}

# A program in an R of its own: list(status, output, errors).
run_apart <- function(program) {
  files <- list(output = tempfile(), errors = tempfile(), program = tempfile(fileext = ".R"))
  on.exit(unlink(unlist(files)))
  text <- c("library(alluxior)", rlang::expr_text(rlang::enexpr(program), width = 500L))
  writeLines(text, files$program)
  rscript <- file.path(R.home("bin"), "Rscript")
  status <- system2(rscript, files$program, stdout = files$output, stderr = files$errors)
  list(status = status, output = readLines(files$output), errors = readLines(files$errors))
}

damage <- function(file, at) {
  bytes <- readBin(file, "raw", file.size(file))
  bytes[[at + 1]] <- xor(bytes[[at + 1]], as.raw(1))
  writeBin(bytes, file)
}
