# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A connection to the live Alluxio of the environment; without one the test is skipped.
live_connection <- function(proxies = Sys.getenv("ALLUXIOR_TEST_PROXY"),
                            user = Sys.getenv("ALLUXIOR_TEST_USER"), ...) {
  testthat::skip_if(!nzchar(Sys.getenv("ALLUXIOR_TEST_MASTER")), "no live Alluxio")
  alx_connect(proxies, user = user, ...)
}

# Over the proxy alone, or past it to masters and workers.
live_connection_by <- function(way) {
  masters <- if (way == "masters") Sys.getenv("ALLUXIOR_TEST_MASTER") else character()
  live_connection(masters = masters)
}

# A fresh folder in Alluxio that goes with the test.
live_folder <- function(con, env = parent.frame()) {
  folder <- paste0("/r-test-", paste(sample(letters, 12, TRUE), collapse = ""))
  alx_mkdir(con, folder)
  withr::defer(alx_rm(con, folder, recursive = TRUE), env)
  folder
}

wait_until <- function(is_there) {
  deadline <- Sys.time() + 30
  while (!is_there() && Sys.time() < deadline) Sys.sleep(0.2)
  testthat::expect_true(is_there())
}

random_bytes <- function(size) as.raw(sample.int(256, size, replace = TRUE) - 1L)

local_file_of <- function(bytes, env = parent.frame()) {
  name <- withr::local_tempfile(.local_envir = env)
  writeBin(bytes, name)
  name
}

file_bytes <- function(name) readBin(name, raw(), file.size(name))
