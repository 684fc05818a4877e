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
  expect_identical(source_report(con, path)$way, "a worker, out of the under file system")
  alx_get(con, path)
  wait_until(function() identical(source_report(con, path)$way, "a worker's RPC port"))
})

test_that("the worker's block file is read where it is on this machine", {
  con <- live_masters()
  path <- paste0(live_folder(con), "/local")
  alx_put(con, random_bytes(1e5), path)
  expect_identical(source_report(con, path)$way, "the worker's block file")
  expect_identical(source_report(live_connection(), path)$way, "S3 ranges of the proxy")
})

# Reads of `size` bytes one after the other, as of a file that is worked on piece by piece.
read_in_pieces <- function(source, path, size, total) {
  from <- seq(0, total - 1, size)
  unlist(lapply(from, function(offset) read_source(source, path, offset, size)))
}

live_source <- function(con, path, env = parent.frame()) {
  source <- open_source(con, path)
  withr::defer(.Call(alx_c_close, source), env)
  source
}

test_that("reads that follow each other are asked for ahead, and give the same bytes", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/ahead")
  bytes <- random_bytes(3e6)
  alx_put(con, bytes, path, block_bytes = 2^20)
  for (size in c(70000, 2^18, 7e5)) {
    source <- live_source(con, path)
    expect_identical(read_in_pieces(source, path, size, 3e6), bytes)
    ways <- .Call(alx_c_ways, source)
    expect_identical(ways[["grpc"]], 3e6)
    expect_gt(ways[["ahead"]], 0)
  }
})

test_that("reads here and there are not asked for ahead, nor is what was asked for in vain given", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/here-and-there")
  bytes <- random_bytes(2e6)
  alx_put(con, bytes, path, block_bytes = 2^20)
  source <- live_source(con, path)
  for (offset in c(5e5, 0, 1.2e6, 1e5)) {
    expect_identical(read_source(source, path, offset, 1000), bytes[offset + 1:1000])
  }
  expect_identical(.Call(alx_c_ways, source)[["ahead"]], 0)
  expect_identical(read_source(source, path, 101000, 1000), bytes[101000 + 1:1000])
  for (offset in c(7e5, 102000, 1.9e6)) {
    expect_identical(read_source(source, path, offset, 1000), bytes[offset + 1:1000])
  }
})

test_that("readers that take turns on the same connections get each their own bytes", {
  con <- live_masters(short_circuit = "never")
  folder <- live_folder(con)
  paths <- paste0(folder, c("/a", "/b", "/c"))
  bytes <- lapply(paths, function(path) random_bytes(1e6))
  Map(function(bytes, path) alx_put(con, bytes, path), bytes, paths)
  env <- environment()
  sources <- lapply(paths, function(path) live_source(con, path, env))
  read <- lapply(seq(0, 9e5, 1e5), function(offset) {
    Map(function(source, path) read_source(source, path, offset, 1e5), sources, paths)
  })
  for (i in 1:3) {
    expect_identical(unlist(lapply(read, `[[`, i)), bytes[[i]])
    expect_gt(.Call(alx_c_ways, sources[[i]])[["ahead"]], 0)
  }
})

test_that("what is on its way is the parent's alone after a fork", {
  con <- live_masters(short_circuit = "never")
  path <- paste0(live_folder(con), "/forked-ahead")
  bytes <- random_bytes(4e6)
  alx_put(con, bytes, path)
  source <- live_source(con, path)
  first <- c(read_source(source, path, 0, 1e6), read_source(source, path, 1e6, 1e6))
  expect_identical(first, bytes[seq_len(2e6)])
  rest <- bytes[-seq_len(2e6)]
  same <- parallel::mclapply(1:2, function(i) {
    identical(read_in_pieces(source, path, 5e5, 4e6), bytes)
  }, mc.cores = 2)
  expect_identical(unlist(same), c(TRUE, TRUE))
  expect_identical(read_source(source, path, 2e6), rest)
  expect_gt(.Call(alx_c_ways, source)[["ahead"]], 0)
})

test_that("a client is kept by what was opened with it", {
  path <- paste0(live_folder(live_masters()), "/kept")
  bytes <- random_bytes(3e5)
  alx_put(live_masters(), bytes, path)
  source <- live_source(live_masters(short_circuit = "never"), path)
  gc()
  expect_identical(read_in_pieces(source, path, 1e5, 3e5), bytes)
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
