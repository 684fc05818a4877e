# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Both ways to Alluxio: over the proxy alone, and past it to masters and workers.
for (way in c("proxy", "masters")) {
  test_that(paste("by", way, "a frame comes back as it was written, each chunk one block"), {
    con <- live_connection_by(way)
    path <- paste0(live_folder(con), "/frame")
    set.seed(6)
    written <- random_frame(4500)
    frame <- alx_write_frame(written, path, con, chunk_rows = 1024)
    expect_same_frame(alx_collect(frame), written)
    expect_identical(alx_read_chunk(frame, 5, 2)[[1]], written[[2]][4097:4500])
    alx_verify_frame(frame)
    chunks <- grep("alxf$", alx_ls(con, path)$path, value = TRUE)
    expect_length(chunks, 5)
    statuses <- lapply(chunks, function(chunk) alx_stat(con, chunk))
    for (status in statuses) {
      expect_identical(status$block_size_bytes, status$size_bytes)
      expect_identical(nrow(status$blocks), 1L)
      expect_identical(status$persistence, "PERSISTED")
    }
    workers <- vapply(statuses, function(status) status$blocks$host, "")
    if (way == "masters") expect_gt(length(unique(workers)), 1)
  })

  test_that(paste("by", way, "a frame that the workers hold nothing of any more is read through"), {
    con <- live_connection_by(way)
    path <- paste0(live_folder(con), "/frame")
    set.seed(7)
    written <- random_frame(2500)
    frame <- alx_write_frame(written, path, con, chunk_rows = 1024)
    alx_free(con, path, recursive = TRUE)
    wait_until(function() all(alx_ls(con, path)$in_alluxio_percent == 0))
    expect_same_frame(alx_collect(frame), written)
  })
}

test_that("on Alluxio, too, a reader learns of a replaced frame, and a writer of another one", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/frame")
  former <- alx_write_frame(data.frame(x = 1:3), path, con)
  expect_error(alx_write_frame(data.frame(x = 1), path, con), class = "alluxior_exists")
  meet <- function() {
    alx_write_frame(data.frame(x = 2), path, con, overwrite = TRUE)
    NULL
  }
  given <- batches_of(list(data.frame(x = 3)))
  expect_error(
    alx_write_frame(function() rlang::`%||%`(given(), meet()), path, con, overwrite = TRUE),
    class = "alluxior_exists"
  )
  expect_error(alx_collect(former), class = "alluxior_changed")
  expect_identical(alx_collect(alx_open_frame(path, con)), data.frame(x = 2))
  expect_length(alx_ls(con, path)$path, 2)
  expect_error(alx_open_frame(paste0(path, "-none"), con), class = "alluxior_not_found")
})
