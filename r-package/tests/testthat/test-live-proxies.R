# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a report on a proxy that works", {
  report <- alx_sitrep(live_connection())
  expect_identical(report$works, c(TRUE, TRUE, TRUE))
  expect_match(report$detail[[1]], "^Alluxio 2\\.")
})

test_that("a report on masters, and on how the bytes of a file come", {
  con <- live_connection(masters = Sys.getenv("ALLUXIOR_TEST_MASTER"), short_circuit = "never")
  path <- paste0(live_folder(con), "/f")
  alx_write_raw(con, raw(100), path)
  report <- alx_sitrep(con, path)
  expect_identical(report$works, rep(TRUE, 5))
  expect_identical(report$detail[[4]], paste("led by", Sys.getenv("ALLUXIOR_TEST_MASTER")))
  expect_identical(
    report$detail[[5]],
    "100 bytes by a worker's RPC port (not by block file: `short_circuit` is \"never\")"
  )
  without <- alx_sitrep(live_connection(), path)
  expect_match(without$detail[[4]], "^100 bytes by S3 ranges of the proxy [(]not by masters")
  missing <- alx_sitrep(con, paste0(path, "x"))
  expect_false(missing$works[[5]])
})

test_that("a proxy whose REST is off is found out, and changes nothing", {
  con <- live_connection()
  folder <- live_folder(con)
  off <- live_connection(Sys.getenv("ALLUXIOR_TEST_PROXY_OFF"))
  expect_identical(alx_sitrep(off)$works, c(FALSE, FALSE, TRUE))
  expect_output(print(alx_sitrep(off)), "To do: Set alluxio.proxy.s3.v2.version.enabled=false")
  for (call in list(
    function() alx_ls(off), function() alx_stat(off, folder), function() alx_rm(off, folder),
    function() alx_mkdir(off, "/never"), function() alx_read_raw(off, folder),
    function() alx_write_raw(off, raw(1), "/never")
  )) {
    expect_error(call(), class = "alluxior_rest_off")
  }
  expect_true(alx_exists(con, folder))
})

test_that("with several proxies the next is asked", {
  con <- live_connection(c("http://127.0.0.1:1", Sys.getenv("ALLUXIOR_TEST_PROXY")))
  path <- paste0(live_folder(con), "/f")
  con$state$current <- 1L
  alx_write_text(con, "x", path)
  expect_identical(alx_read_text(con, path), "x")
})

# Proxies that the test may kill, as "URL PID", made by whoever started Alluxio.
victim <- function(number) {
  victims <- strsplit(Sys.getenv("ALLUXIOR_TEST_VICTIMS"), ";")[[1]]
  strsplit(victims[[number]], " ")[[1]]
}

test_that("a proxy that dies while a file is read is an error, and the next serves", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  bytes <- random_bytes(2^20)
  alx_write_raw(con, rep(bytes, 48), path)
  dying <- live_connection(c(victim(1)[[1]], con$proxies))
  kill <- function(piece) tools::pskill(as.integer(victim(1)[[2]]), tools::SIGKILL)
  expect_error(
    alluxior:::read_file(dying, alx_stat(dying, path), kill, FALSE),
    class = "alluxior_unavailable"
  )
  expect_identical(alx_read_raw(dying, path), rep(bytes, 48))
})

test_that("a proxy that dies while a file is written leaves no file", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  dying <- live_connection(c(victim(2)[[1]], con$proxies))
  calls <- 0
  pieces <- function() {
    calls <<- calls + 1
    if (calls == 2) tools::pskill(as.integer(victim(2)[[2]]), tools::SIGKILL)
    raw(2^20)
  }
  expect_error(
    alluxior:::write_file(dying, path, pieces, 2^21, "CACHE_THROUGH", FALSE, FALSE),
    class = "alluxior_unavailable"
  )
  expect_false(alx_exists(con, path))
})
