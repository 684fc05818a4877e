# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a column that was not changed is saved as a note of where it is", {
  local_paged("copied")
  set.seed(51)
  plain <- random_frame(5000)
  it <- paged_copy(plain)
  file <- withr::local_tempfile()
  saveRDS(it$rows, file)
  expect_lt(file.size(file), 20000)
  again <- readRDS(file)
  expect_true(all(vapply(again, is_paged, NA)))
  expect_same_frame(again, plain)
  expect_same_frame(unserialize(serialize(again, NULL)), plain)
})

test_that("where the frame was replaced or removed meanwhile, reading it is an error", {
  local_paged("copied")
  it <- paged_copy(data.frame(x = 1:3000))
  bytes <- serialize(it$rows$x, NULL)
  alx_write_frame(data.frame(x = 3:1), it$path, overwrite = TRUE)
  expect_error(unserialize(bytes), "replaced", class = "alluxior_changed")
  unlink(it$path, recursive = TRUE)
  expect_error(unserialize(bytes), class = "alluxior_not_found")
})

test_that("a changed column is saved with its values", {
  local_paged("copied")
  it <- paged_copy(data.frame(x = as.double(1:3000), y = 1))
  it$rows$x[7] <- -1
  bytes <- serialize(it$rows, NULL)
  alx_write_frame(data.frame(x = 1), it$path, overwrite = TRUE)
  expect_error(unserialize(bytes), class = "alluxior_changed")
  x <- unserialize(serialize(it$rows$x, NULL))
  expect_identical(x, replace(as.double(1:3000), 7, -1))
})

test_that("a connection is saved as what it was made of", {
  con <- alx_connect("http://one:1", user = "ada", masters = "m:19998", short_circuit = "never")
  con$state$rpc_client <- "a client"
  again <- do.call(alx_connect, unserialize(serialize(saved_connection(con), NULL)))
  fields <- setdiff(names(con), c("state", "fetch"))
  expect_identical(unclass(again)[fields], unclass(con)[fields])
  expect_null(again$state$rpc_client)
})

for (way in names(paged_ways)) {
  test_that(paste("processes of mclapply() have the values, written ones too,", way), {
    skip_on_os("windows")
    local_paged(way, cache = 2^20)
    x <- as.double(1:20000)
    it <- paged_copy(data.frame(x = x, text = rep_len(c("a", "b", NA), 20000)))
    paged <- it$rows
    paged$changed <- paged$x
    paged$changed[c(1, 15000)] <- 0
    plain <- data.frame(x = x, text = it$rows$text[1:20000], changed = replace(x, c(1, 15000), 0))
    sum(paged$x)
    ask <- function(d) {
      lapply(1:2, function(i) {
        list(sum(d$x), d$x[c(1, 20000)], table(d$text), sum(d$changed), d$changed[15000], sd(d$x))
      })
    }
    found <- parallel::mclapply(1:2, function(i) ask(paged)[[i]], mc.cores = 2)
    expect_identical(found, ask(plain))
    # The parent goes on as before, and takes a column that a child gives.
    expect_identical(sum(paged$x), sum(x))
    given <- parallel::mclapply(1, function(i) paged["x"])[[1]]
    expect_identical(given$x, x)
  })
}
