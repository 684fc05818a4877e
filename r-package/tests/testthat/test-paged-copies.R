# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

for (way in names(paged_ways)) {
  test_that(paste("writing changes a copy, and nothing else,", way), {
    local_paged(way)
    set.seed(41)
    plain <- random_frame(9000)
    it <- paged_copy(plain)
    paged <- it$rows
    kept <- paged$whole
    change <- function(d) {
      d$integer[c(1, 1024, 1025, 9000)] <- c(7L, NA, 8L, 9L)
      d$double[5000:5005] <- 0
      d[3, "logical"] <- NA
      d$factor[2] <- "a"
      d$Date[9000] <- as.Date("2024-01-01")
      d$character[c(1, 8000)] <- c("new", NA)
      d$integer64[1] <- bit64::as.integer64(5)
      d$more <- d$integer / 2
      d
    }
    expect_same_frame(change(paged), change(plain))
    expect_same_frame(change(change(paged)), change(plain))
    renamed <- paged
    names(renamed)[[1]] <- "renamed"
    expect_true(is_paged(renamed$renamed))
    expect_same_frame(paged, plain)
    expect_same_frame(alx_collect(it$frame), plain)
    expect_identical(kept, plain$whole)
  })
}

test_that("of a copy only the chunks that were written to stay in memory", {
  skip_if(paged_counts()[["tells_writes"]] == 0, "userfaultfd tells of no writes here")
  local_paged("copied")
  paged_counts_settled()
  x <- as.double(1:40000)
  paged <- paged_copy(data.frame(x = x))$rows$x
  counts <- counted_by({
    paged[c(1, 20000, 20001)] <- 0
    expect_identical(sum(paged), sum(x) - 40002)
    other <- paged
    other[40000] <- 0
    expect_identical(sum(other), sum(x) - 80002)
    expect_identical(sum(paged), sum(x) - 40002)
  })
  expect_true(is_paged(paged) && is_paged(other))
  expect_identical(counts[["written"]], 3)
  expect_lte(paged_counts()[["copied_bytes"]], few_chunks)
  expect_identical(paged[c(1, 2, 20000, 40000)], c(0, 2, 0, 40000))
  expect_identical(sort(paged)[4], 2)
  # What is known of the column is not so of a copy.
  paged[5] <- NA
  expect_true(anyNA(paged))
  expect_identical(min(paged, na.rm = TRUE), 0)
  attributes(other) <- list(class = "Date")
  expect_true(is_paged(other))
})

test_that("memory is given back when nobody holds the columns any more", {
  local_paged("copied", cache = 2^24)
  before <- paged_counts_settled()[["copied_bytes"]]
  paged <- paged_copy(data.frame(x = as.double(1:100000)))$rows
  sum(paged$x)
  expect_gt(paged_counts()[["copied_bytes"]], before + 700000)
  rm(paged)
  gc()
  deadline <- Sys.time() + 10
  while (paged_counts()[["copied_bytes"]] > before && Sys.time() < deadline) Sys.sleep(0.05)
  expect_lte(paged_counts()[["copied_bytes"]], before)
})
