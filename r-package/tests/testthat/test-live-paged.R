# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Mapped from the workers' block files; over their RPC ports, by faults and without.
live_ways <- list(
  mapped = list("always", TRUE), copied = list("never", TRUE), asked = list("never", FALSE)
)

for (way in names(live_ways)) {
  test_that(paste("a data.frame of pages in Alluxio is the plain one,", way), {
    how <- live_ways[[way]]
    con <- live_connection(masters = Sys.getenv("ALLUXIOR_TEST_MASTER"), short_circuit = how[[1]])
    # Where R asks for values, the pointers that it holds need room for their columns.
    cache <- if (way == "asked") 2^23 else 2^20
    withr::local_options(alluxior.userfaultfd = how[[2]], alluxior.cache = cache)
    path <- paste0(live_folder(con), "/frame")
    set.seed(71)
    plain <- random_frame(20000)
    paged <- as.data.frame(alx_write_frame(plain, path, con, chunk_rows = 1024))
    counts <- counted_by(expect_same_frame(paged, plain))
    expect_identical(counts[["mapped"]] > 0, way == "mapped")
    expect_gt(counts[["copied"]], 0)
    again <- unserialize(serialize(paged, NULL))
    expect_same_frame(again, plain)
    sums <- parallel::mclapply(1:2, function(i) sum(paged$whole[1:(i * 9000)]), mc.cores = 2)
    expect_identical(sums, lapply(1:2, function(i) sum(plain$whole[1:(i * 9000)])))

    alx_write_frame(data.frame(x = 1), path, con, overwrite = TRUE)
    expect_error(unserialize(serialize(paged$double, NULL)), class = "alluxior_changed")
    # What was mapped, or lies in memory as a whole, stays what it was, whatever became of the file.
    if (way == "copied") {
      expect_error(sum(paged$double), class = "alluxior_changed")
    } else {
      expect_same_frame(paged["double"], plain["double"])
    }
  })
}

test_that("a frame that workers hold nothing of any more is paged from the under file system", {
  con <- live_connection(masters = Sys.getenv("ALLUXIOR_TEST_MASTER"))
  path <- paste0(live_folder(con), "/frame")
  plain <- data.frame(x = as.double(1:5000), text = rep_len(c("a", NA), 5000))
  paged <- as.data.frame(alx_write_frame(plain, path, con, chunk_rows = 1024))
  alx_free(con, path, recursive = TRUE)
  wait_until(function() all(alx_ls(con, path)$in_alluxio_percent == 0))
  expect_identical(var(paged$x), var(plain$x))
  expect_same_frame(paged, plain)
})
