# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("bad arguments are refused before anything is asked", {
  con <- alx_connect(masters = "127.0.0.1:1")
  expect_error(alx_get(con, "a"), class = "alluxior_invalid")
  expect_error(alx_get(con, "/a", offset = -1), class = "alluxior_invalid")
  expect_error(alx_get(con, "/a", length = NA_real_), class = "alluxior_invalid")
  expect_error(alx_put(con, "text", "/a"), "raw vector", class = "alluxior_invalid")
  expect_error(alx_put(con, raw(), "/a?b"), class = "alluxior_invalid")
  expect_error(alx_put(con, raw(), "/a", block_bytes = 0), class = "alluxior_invalid")
  expect_error(alx_connect(masters = "no-port"), class = "alluxior_invalid")
  expect_error(alx_connect(masters = "h:1", short_circuit = "no"), class = "alluxior_invalid")
})

test_that("a write type that can lose data, or that is durable later, is never the default", {
  con <- alx_connect(masters = "127.0.0.1:1")
  expect_identical(formals(alx_put)$write_type, "CACHE_THROUGH")
  expect_error(alx_put(con, raw(), "/a", "ASYNC_THROUGH"), class = "alluxior_invalid")
})

test_that("several masters are named when none answers", {
  con <- alx_connect(masters = c("127.0.0.1:1", "[::1]:1"), timeout_s = 0.5)
  condition <- expect_error(alx_get(con, "/a"), class = "alluxior_unavailable")
  expect_match(conditionMessage(condition), "127.0.0.1:1: .*; ::1:1: ")
})

test_that("a connection that was saved says so", {
  con <- alx_connect(masters = "127.0.0.1:1")
  rpc_client(con)
  loaded <- unserialize(serialize(con, NULL))
  expect_error(alx_get(loaded, "/a"), "another R session", class = "alluxior_invalid")
})

test_that("a local file is a source, too", {
  bytes <- random_bytes(1e5)
  name <- local_file_of(bytes)
  source <- open_file_source(name)
  expect_identical(read_source(source, name, 0), bytes)
  expect_identical(read_source(source, name, 5, 10), bytes[6:15])
  expect_identical(read_source(source, name, 99999, 10), bytes[1e5])
  .Call(alx_c_close, source)
  expect_error(.Call(alx_c_close, source), NA)
  expect_error(open_file_source("/nowhere/at/all"), class = "alluxior_not_found")
})

test_that("nothing of the C entry points is collected while it is used", {
  name <- local_file_of(as.raw(1:100))
  con <- alx_connect(masters = "127.0.0.1:1", timeout_s = 0.01)
  gctorture(TRUE)
  withr::defer(gctorture(FALSE))
  source <- .Call(alx_c_open_file, name)
  bytes <- .Call(alx_c_read, source, 0, .Call(alx_c_length, source))
  ways <- .Call(alx_c_ways, source)
  .Call(alx_c_close, source)
  client <- .Call(alx_c_client, "127.0.0.1:1", "ada", 0.01, 0L)
  failures <- list(
    .Call(alx_c_leader, client), .Call(alx_c_open, client, "/a"),
    .Call(alx_c_put, client, "/a", raw(3), c(1, 1024, 420, 0)),
    .Call(alx_c_client, "nonsense", "ada", 1, 0L)
  )
  gctorture(FALSE)
  expect_identical(bytes, as.raw(1:100))
  expect_identical(sum(ways), 0)
  for (failure in failures) expect_named(failure, c("class", "text"))
})
