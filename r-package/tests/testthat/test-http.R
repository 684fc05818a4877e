# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

version <- answer('{"version": "2.9.6"}')

test_that("what did not arrive is sent to the next proxy, whatever it changes", {
  con <- fake_connection(list(not_reached, answer()), c("http://one:1", "http://two:2"))
  alx_rm(con, "/f")
  expect_identical(
    asked(con), paste0(c("http://one:1", "http://two:2"), "/api/v1/paths/%2Ff/delete")
  )
  # The one that answered is asked first from now on.
  expect_identical(con$state$current, 2L)
})

test_that("a change that may have arrived is not sent again", {
  con <- fake_connection(list(broken_off), c("http://one:1", "http://two:2"))
  expect_error(alx_rm(con, "/f"), "did not answer", class = "alluxior_unavailable")
  con <- fake_connection(list(answer(status = 503)))
  expect_error(alx_rm(con, "/f"), class = "alluxior_unavailable")
  con <- fake_connection(list(too_slow))
  expect_error(alx_mkdir(con, "/f"), "not known: look", class = "alluxior_timeout")
})

test_that("a question is asked again, as often as was said", {
  unready <- list(broken_off, answer(status = 503), refusal("UNAVAILABLE"))
  con <- fake_connection(c(unready, list(answer("true"))))
  expect_true(alx_exists(con, "/f"))
  con <- fake_connection(list(broken_off, broken_off), retries = 1)
  expect_error(alx_exists(con, "/f"), "one:1 did not answer", class = "alluxior_unavailable")
  con <- fake_connection(list(too_slow))
  expect_error(alx_exists(con, "/f"), class = "alluxior_timeout")
})

test_that("each proxy is asked once whether REST is on before it gets a change", {
  con <- fake_connection(list(version, answer(), answer(), not_reached, version, answer()),
    proxies = c("http://one:1", "http://two:2")
  )
  con$state$rest_is_on <- character()
  alx_rm(con, "/f")
  alx_rm(con, "/g")
  alx_rm(con, "/h")
  expect_identical(sub("^http://(...).*/", "\\1 ", asked(con)), c(
    "one info", "one delete", "one delete", "one delete", "two info", "two delete"
  ))
})

test_that("a proxy that answers with nothing is found out, and changes nothing", {
  con <- fake_connection(list(answer()))
  con$state$rest_is_on <- character()
  expect_error(alx_rm(con, "/f"), "s3.v2.version.enabled=false", class = "alluxior_rest_off")
  expect_identical(asked(con), "http://one:1/api/v1/proxy/info")
  calls <- list(
    alx_ls, function(con) alx_stat(con, "/f"), function(con) alx_exists(con, "/f"),
    function(con) alx_read_raw(con, "/f"), function(con) alx_write_raw(con, raw(1), "/f")
  )
  for (call in calls) {
    expect_error(call(fake_connection(list(answer()))), class = "alluxior_rest_off")
  }
})

test_that("when asking whether REST is on fails, the change was not sent", {
  con <- fake_connection(list(too_slow, version, answer()), c("http://one:1", "http://two:2"))
  con$state$rest_is_on <- character()
  alx_rm(con, "/f")
  expect_match(asked(con)[[3]], "two:2.*delete")
})

test_that("a stream stays with its proxy", {
  con <- fake_connection(
    list(answer("5"), answer("3"), answer(), answer(status_json())),
    c("http://one:1", "http://two:2")
  )
  original <- con$fetch
  con$fetch <- function(request) {
    # Somebody else's call has found that the first proxy is gone.
    con$state$current <- 2L
    original(request)
  }
  alx_write_raw(con, raw(3), "/f")
  expect_identical(sub("/api.*/", " ", asked(con)), c(
    "http://one:1 create-file", "http://one:1 write", "http://one:1 close",
    "http://two:2 get-status"
  ))
})

test_that("a server that sends what is not Alluxio's", {
  garbage <- function(socket) {
    take_request(socket)
    writeBin(as.raw(rep(c(0, 255, 13, 10), 1000)), socket)
  }
  with_server(garbage, function(url) {
    con <- alx_connect(url, retries = 0)
    expect_error(alx_exists(con, "/f"), class = "alluxior_unavailable")
  })
  page <- function(socket) {
    take_request(socket)
    writeBin(charToRaw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"), socket)
  }
  with_server(page, function(url) {
    con <- alx_connect(url, retries = 0)
    expect_error(alx_exists(con, "/f"), "not Alluxio's: <html>", class = "alluxior_corrupt")
  })
})

test_that("a server that says nothing, or too little", {
  with_server(function(socket) take_request(socket), function(url) {
    expect_error(alx_exists(alx_connect(url, retries = 0), "/f"), class = "alluxior_unavailable")
  })
  silent <- function(socket) {
    take_request(socket)
    Sys.sleep(60)
  }
  with_server(silent, function(url) {
    con <- alx_connect(url, timeout_s = 0.3, retries = 0)
    expect_error(alx_exists(con, "/f"), class = "alluxior_timeout")
  })
  half <- function(socket) {
    take_request(socket)
    writeBin(charToRaw("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n[1,"), socket)
  }
  with_server(half, function(url) {
    expect_error(alx_ls(alx_connect(url, retries = 0)), class = "alluxior_unavailable")
  })
})

test_that("a server that sends too much", {
  endless <- function(socket) {
    take_request(socket)
    writeBin(charToRaw("HTTP/1.1 200 OK\r\n\r\n"), socket)
    repeat writeBin(raw(65536), socket)
  }
  with_server(endless, function(url) {
    request <- alluxior:::http_request("GET", "/", limit_bytes = 1e6)
    con <- alx_connect(url, retries = 0)
    expect_error(
      alluxior:::http_call(con, request), "longer than 1e\\+06",
      class = "alluxior_corrupt"
    )
  })
})

test_that("a change goes over the wire once, though nothing answers it", {
  log <- withr::local_tempfile()
  hang_up <- function(socket) {
    take_request(socket)
    cat("request\n", file = log, append = TRUE)
  }
  with_server(hang_up, function(url) {
    con <- alx_connect(url, retries = 5)
    con$state$rest_is_on <- url
    expect_error(alx_mkdir(con, "/f"), class = "alluxior_unavailable")
  })
  expect_length(readLines(log), 1)
})
