# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

bytes <- as.raw(1:100)

function_source <- function(read, env = parent.frame()) {
  source <- open_function_source(100, read)
  withr::defer(.Call(alx_c_close, source), env)
  source
}

test_that("a function of R's is a source, too", {
  source <- function_source(function(offset, length) bytes[offset + seq_len(length)])
  expect_identical(read_source(source, "/f", 0), bytes)
  expect_identical(read_source(source, "/f", 98, 10), bytes[99:100])
  expect_identical(read_source(source, "/f", 100), raw())
})

test_that("what a function raises keeps its class, and what it must not give is corrupt", {
  raised <- function(read, class) {
    source <- function_source(read)
    expect_error(read_source(source, "/f", 0), class = class)
  }
  changed <- function(offset, length) abort_changed("/f")
  raised(changed, "alluxior_changed")
  raised(function(offset, length) stop("of R's own"), "alluxior_server")
  raised(function(offset, length) bytes[-1], "alluxior_corrupt")
  raised(function(offset, length) "text", "alluxior_corrupt")
  interrupt <- function(offset, length) rlang::interrupt()
  source <- function_source(interrupt)
  caught <- tryCatch(read_source(source, "/f", 0), interrupt = function(condition) "interrupted")
  expect_identical(caught, "interrupted")
})

test_that("a function is kept, and may be called again by what it reads", {
  inner <- function_source(function(offset, length) bytes[offset + seq_len(length)])
  outer <- function_source(function(offset, length) {
    gc()
    read_source(inner, "/f", offset, length)
  })
  gctorture(TRUE)
  found <- read_source(outer, "/f", 10, 5)
  gctorture(FALSE)
  expect_identical(found, bytes[11:15])
})

test_that("mounts of FUSE are told from others", {
  mounts <- withr::local_tempfile(lines = c(
    "proc /proc proc rw 0 0", "alluxio-fuse /mnt/my\\040data fuse.alluxio-fuse rw 0 0",
    "/dev/sda1 /mnt/disk ext4 rw 0 0", "fusectl /sys/fs/fuse/connections fusectl rw 0 0"
  ))
  expect_identical(fuse_mounts(mounts), "/mnt/my data")
  expect_null(why_not_fuse("/mnt/my data", mounts))
  expect_match(why_not_fuse("/mnt/disk", mounts), "nothing is mounted by FUSE at /mnt/disk")
  expect_match(why_not_fuse(NULL, mounts), "no `fuse`")
  expect_error(alx_connect(fuse = "mnt"), "`fuse` is \"mnt\"", class = "alluxior_invalid")
})

test_that("a way that is not reached is passed over, and the report says why", {
  whole <- answer(status_json(path = "/d/f", length = 3))
  range <- answer(as.raw(1:3), 206)
  con <- fake_connection(list(whole, range, whole), masters = "127.0.0.1:1", timeout_s = 0.2)
  report <- source_report(con, "/d/f")
  expect_identical(report$way, "S3 ranges of the proxy")
  expect_identical(report$bytes, 3L)
  expect_named(report$why_not, c("masters and workers", "FUSE"))
  expect_match(report$why_not[[1]], "no master leads")
})

test_that("when nothing is reached, what the fastest way met is raised", {
  con <- fake_connection(list(not_reached), masters = "127.0.0.1:1", timeout_s = 0.2, retries = 0)
  expect_error(alx_get(con, "/d/f"), "no master leads", class = "alluxior_unavailable")
})

test_that("a file that is not there is looked for by no further way", {
  con <- fake_connection(list(refusal("NOT_FOUND")))
  expect_error(alx_get(con, "/d/f"), class = "alluxior_not_found")
  expect_length(asked(con), 1)
})
