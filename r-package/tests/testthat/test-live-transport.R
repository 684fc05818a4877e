# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

live_masters <- function(...) live_connection(masters = Sys.getenv("ALLUXIOR_TEST_MASTER"), ...)

test_that("what is written straight to the workers is read by each way", {
  con <- live_masters()
  by_rpc <- live_masters(short_circuit = "never")
  folder <- live_folder(con)
  for (write_type in c("CACHE_THROUGH", "THROUGH", "MUST_CACHE")) {
    bytes <- random_bytes(2.5 * 2^20)
    path <- paste0(folder, "/", write_type)
    alx_put(con, bytes, path, write_type, block_bytes = 2^20)
    expect_identical(alx_get(by_rpc, path), bytes)
    expect_identical(alx_get(con, path), bytes)
    expect_identical(alx_get(live_connection(), path, 100, 50), bytes[101:150])
    expect_identical(alx_stat(con, path)$persistence == "PERSISTED", write_type != "MUST_CACHE")
  }
})

test_that("parts are what they are of the whole, across blocks and past the end", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/parts")
  bytes <- random_bytes(3e6)
  alx_put(con, bytes, path, block_bytes = 2^20)
  for (offset in c(0, 1, 2^20 - 1, 2^20, 2.5 * 2^20)) {
    for (length in c(1, 4096, 2^20)) {
      expected <- bytes[seq(offset + 1, min(offset + length, 3e6))]
      expect_identical(alx_get(con, path, offset, length), expected)
    }
  }
  expect_identical(alx_get(con, path, 3e6, 10), raw())
  expect_identical(alx_get(con, path, 0, 0), raw())
})

test_that("a large block far from its beginning is acknowledged as it comes", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/large")
  bytes <- rep(random_bytes(2^20), 40)
  alx_put(con, bytes, path)
  expect_identical(alx_get(con, path, 2^20 + 7), bytes[-seq_len(2^20 + 7)])
})

test_that("an empty file has no bytes", {
  con <- live_masters()
  path <- paste0(live_folder(con), "/empty")
  alx_put(con, raw(), path)
  expect_identical(alx_get(con, path), raw())
})

test_that("what nobody holds comes out of the under file system, and is kept when it was whole", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/through")
  alx_put(con, random_bytes(1e5), path, "THROUGH")
  expect_identical(transport_report(con, path)$way, "a worker, out of the under file system")
  alx_get(con, path)
  wait_until(function() identical(transport_report(con, path)$way, "a worker's RPC port"))
})

test_that("the worker's block file is read where it is on this machine", {
  con <- live_masters()
  path <- paste0(live_folder(con), "/local")
  alx_put(con, random_bytes(1e5), path)
  expect_identical(transport_report(con, path)$way, "the worker's block file")
  expect_identical(transport_report(live_connection(), path)$way, "S3 ranges of the proxy")
})

test_that("a file that is there is replaced only when that is said", {
  con <- live_masters()
  path <- paste0(live_folder(con), "/once")
  alx_put(con, as.raw(1:3), path)
  expect_error(alx_put(con, as.raw(4:6), path), class = "alluxior_exists")
  expect_identical(alx_get(con, path), as.raw(1:3))
  alx_put(con, as.raw(4:6), path, overwrite = TRUE)
  expect_identical(alx_get(con, path), as.raw(4:6))
})

test_that("a file that was replaced under its reader is an error and no bytes", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/replaced")
  alx_put(con, rep(as.raw(1), 1e5), path, "THROUGH")
  source <- open_source(con, path)
  withr::defer(.Call(alx_c_close, source))
  alx_put(con, rep(as.raw(2), 1e5), path, "THROUGH", overwrite = TRUE)
  expect_error(read_source(source, path, 0), class = "alluxior_changed")
  alx_rm(con, path)
  expect_error(read_source(source, path, 0), class = "alluxior_changed")
})

test_that("failures have the classes that the proxy's have", {
  con <- live_masters()
  folder <- live_folder(con)
  expect_error(alx_get(con, paste0(folder, "/none")), class = "alluxior_not_found")
  expect_error(alx_get(con, folder), class = "alluxior_invalid")
  stranger <- live_masters(user = "stranger")
  expect_error(alx_put(stranger, raw(1), paste0(folder, "/theirs")), class = "alluxior_permission")
  nowhere <- alx_connect(masters = "127.0.0.1:1", timeout_s = 1)
  expect_error(alx_get(nowhere, folder), class = "alluxior_unavailable")
})

test_that("a fork makes connections of its own", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/forked")
  bytes <- random_bytes(1e6)
  alx_put(con, bytes, path)
  same <- parallel::mclapply(1:4, function(i) identical(alx_get(con, path), bytes), mc.cores = 2)
  expect_identical(unlist(same), rep(TRUE, 4))
  expect_identical(alx_get(con, path), bytes)
})
