# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a write that breaks off is closed and deleted", {
  con <- fake_connection(list(answer("5"), broken_off, answer(), answer()))
  expect_error(alx_write_raw(con, raw(3), "/f"), class = "alluxior_unavailable")
  expect_identical(basename(asked(con)), c("create-file", "write", "close", "delete"))
})

test_that("a write is looked at afterwards", {
  writes <- function(...) {
    fake_connection(list(answer("5"), answer("3"), answer(), answer(status_json(...))))
  }
  con <- writes()
  alx_write_raw(con, raw(3), "/f")
  expect_identical(sent_json(con)$writeType, "CACHE_THROUGH")
  expect_error(alx_write_raw(writes(length = 2), raw(3), "/f"), class = "alluxior_changed")
  expect_error(
    alx_write_raw(writes(persistenceState = "NOT_PERSISTED"), raw(3), "/f"),
    class = "alluxior_not_durable"
  )
  alx_write_raw(writes(persistenceState = "NOT_PERSISTED"), raw(3), "/f", write_type = "MUST_CACHE")
})

test_that("the proxy must have taken every byte", {
  con <- fake_connection(list(answer("5"), answer("2"), answer(), answer()))
  expect_error(alx_write_raw(con, raw(3), "/f"), "2 of 3 bytes", class = "alluxior_corrupt")
})

test_that("a file that changes under the reader is not given out", {
  reads <- function(before, after, bytes) {
    fake_connection(list(answer(before), answer(bytes), answer(after)))
  }
  expect_identical(alx_read_raw(reads(status_json(), status_json(), raw(3)), "/f"), raw(3))
  expect_error(
    alx_read_raw(reads(status_json(), status_json(fileId = 8), raw(3)), "/f"),
    class = "alluxior_changed"
  )
  expect_error(
    alx_read_raw(reads(status_json(), status_json(), raw(2)), "/f"), class = "alluxior_changed"
  )
  expect_error(
    alx_read_raw(reads(status_json(), status_json(), raw(4)), "/f"), class = "alluxior_changed"
  )
})

test_that("what is no readable file is refused", {
  meets <- function(...) fake_connection(list(answer(status_json(...))))
  expect_error(alx_read_raw(meets(folder = TRUE), "/f"), "alx_ls", class = "alluxior_invalid")
  expect_error(alx_read_raw(meets(completed = FALSE), "/f"), class = "alluxior_state")
})

test_that("text is UTF-8 or what was said, and nothing else is made of it", {
  reads <- function(bytes) {
    status <- status_json(length = length(bytes))
    fake_connection(list(answer(status), answer(bytes), answer(status)))
  }
  expect_identical(alx_read_text(reads(charToRaw("a\r\n\xc3\xbc")), "/f"), c("a", "\u00fc"))
  expect_identical(alx_read_text(reads(as.raw(c(0xfc, 10))), "/f", "latin1"), "\u00fc")
  expect_error(
    alx_read_text(reads(as.raw(c(0x61, 10, 0xfc))), "/f"), "line 2", class = "alluxior_invalid"
  )
  expect_error(alx_read_text(reads(as.raw(c(65, 0))), "/f"), "zero", class = "alluxior_invalid")
  expect_identical(alx_read_text(reads(raw()), "/f"), character())
})

test_that("arguments are looked at before anything is sent", {
  con <- fake_connection(list())
  expect_error(alx_write_raw(con, "text", "/f"), "raw vector", class = "alluxior_invalid")
  expect_error(alx_write_text(con, 5, "/f"), "lines of text", class = "alluxior_invalid")
  expect_error(alx_write_raw(con, raw(), "/f", "SOMEHOW"), "SOMEHOW", class = "alluxior_invalid")
  expect_error(alx_open(con, "/f", "a"), "open", class = "alluxior_invalid")
  expect_error(alx_upload(con, "no such file", "/f"), "no such file", class = "alluxior_invalid")
  expect_error(alx_upload(con, tempdir(), "/f"), class = "alluxior_invalid")
  existing <- withr::local_tempfile(lines = "x")
  expect_error(alx_download(con, "/f", existing), "overwrite", class = "alluxior_exists")
  expect_error(alx_download(con, "/f", "x", part_bytes = 5), class = "alluxior_invalid")
})

test_that("pieces are all bytes once", {
  next_piece <- alluxior:::pieces_of_raw(as.raw(1:10))
  expect_identical(next_piece(), as.raw(1:10))
  expect_identical(next_piece(), raw())
  expect_identical(alluxior:::pieces_of_raw(raw())(), raw())
})
