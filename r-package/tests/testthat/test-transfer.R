# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("parts cover a file without a gap", {
  expect_identical(alluxior:::part_count(10, 5), 2)
  expect_identical(alluxior:::part_count(11, 5), 3)
  expect_identical(alluxior:::part_size(1:3, 11, 5), c(5, 5, 1))
  expect_identical(sum(alluxior:::part_size(integer(), 11, 5)), 0)
  status <- list(path = "/b/f", size_bytes = 2^40 + 1)
  last <- alluxior:::range_request(fake_connection(list()), status, 2^16 + 1, 2^24)
  expect_identical(last$headers[["Range"]], "bytes=1099511627776-1099511627776")
})

test_that("a note of another version counts for nothing", {
  note <- withr::local_tempfile()
  version <- list(file_id = "9007199254740993", size_bytes = "1099511627776")
  expect_identical(alluxior:::parts_done(note, version), integer())
  alluxior:::write_note(note, c(version, list(done = I(c(1L, 3L)))))
  expect_identical(alluxior:::parts_done(note, version), c(1L, 3L))
  other <- utils::modifyList(version, list(file_id = "9007199254740992"))
  expect_identical(alluxior:::parts_done(note, other), integer())
  writeLines("{", note)
  expect_identical(alluxior:::parts_done(note, version), integer())
})

test_that("parts go over S3 only where S3 names the same file", {
  expect_true(alluxior:::s3_reaches("/b/f"))
  expect_true(alluxior:::s3_reaches("/b/a:f"))
  expect_false(alluxior:::s3_reaches("/f"))
  expect_false(alluxior:::s3_reaches("/"))
  expect_false(alluxior:::s3_reaches("/a:b/f"))
  expect_identical(alluxior:::s3_encoded("/b #/a/\u00fc"), "/b%20%23/a%2F%C3%BC")
})

test_that("a download that fails leaves nothing when it may not be resumed", {
  folder <- withr::local_tempdir()
  con <- fake_connection(list(answer(status_json()), broken_off))
  expect_error(alx_download(con, "/f", file.path(folder, "f")), class = "alluxior_unavailable")
  expect_identical(dir(folder), character())
})
