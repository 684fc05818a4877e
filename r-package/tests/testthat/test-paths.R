# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a name is sent as one encoded segment", {
  con <- fake_connection(list(answer("true")))
  alx_exists(con, "/a b/100%/#+;&=gr\u00fcn")
  expect_identical(
    asked(con),
    "http://one:1/api/v1/paths/%2Fa%20b%2F100%25%2F%23%2B%3B%26%3Dgr%C3%BCn/exists"
  )
  latin <- iconv("/gr\u00fcn", "UTF-8", "latin1")
  unmarked <- "/gr\xc3\xbcn"
  Encoding(unmarked) <- "bytes"
  for (path in c(latin, unmarked)) {
    con <- fake_connection(list(answer("true")))
    alx_exists(con, path)
    expect_match(asked(con), "gr%C3%BCn", fixed = TRUE)
  }
})

test_that("names that would be another file are refused before anything is sent", {
  con <- fake_connection(list())
  bad <- c("a", "", "/a//b", "/a/", "/./a", "/a/..", "/a/../b", "/a\\b", "/a\xff")
  for (path in bad) {
    expect_error(alx_exists(con, path), class = "alluxior_invalid")
  }
  expect_error(alx_exists(con, c("/a", "/b")), class = "alluxior_invalid")
  expect_error(alx_exists(con, NA_character_), class = "alluxior_invalid")
  expect_error(alx_mkdir(con, "/what?"), "without ?", fixed = TRUE, class = "alluxior_invalid")
  expect_error(alx_mv(con, "/a", "/what?"), "`to`", class = "alluxior_invalid")
  expect_error(alx_write_raw(con, raw(), "/what?"), class = "alluxior_invalid")
  # What is there already can be removed.
  con <- fake_connection(list(answer()))
  alx_rm(con, "/what?")
  expect_match(asked(con), "what%3F/delete")
  for (path in c("/", "/...", "/..a", "/a..", "/.a", "/a b", "/~")) {
    expect_identical(alluxior:::checked_path(path), path)
  }
})

test_that("options have the names that Alluxio knows", {
  sends <- function(call) {
    con <- fake_connection(list(answer()))
    call(con)
    sent_json(con)
  }
  expect_identical(sends(function(con) alx_mkdir(con, "/d", mode = "0750")), list(
    recursive = TRUE, allowExists = TRUE, writeType = "CACHE_THROUGH",
    mode = list(ownerBits = "ALL", groupBits = "READ_EXECUTE", otherBits = "NONE")
  ))
  expect_identical(
    sends(function(con) alx_ttl(con, "/d", 86400 * 365 * 100, "delete")$commonOptions),
    list(commonOptions = list(syncIntervalMs = -1L, ttl = "3153600000000", ttlAction = "DELETE"))
  )
  expect_identical(sends(function(con) alx_ttl(con, "/d", NULL))$commonOptions$ttl, "-1")
  expect_identical(
    sends(function(con) alx_pin(con, "/d", media = "MEM")),
    list(pinned = TRUE, pinnedMedia = list("MEM"))
  )
  expect_identical(
    sends(function(con) alx_mount(con, "/m", "s3://b/x y", c("a.b" = "c"), read_only = TRUE)),
    list(readOnly = TRUE, shared = FALSE, properties = list("a.b" = "c"))
  )
  expect_identical(
    sends(function(con) alx_chown(con, "/d", group = "g")), list(recursive = FALSE, group = "g")
  )
  expect_identical(
    sends(function(con) alx_free(con, "/d", recursive = TRUE)),
    list(recursive = TRUE, forced = FALSE)
  )
})

test_that("a look past Alluxio's memory sends a time to live, which would end files otherwise", {
  con <- fake_connection(list(answer("[]")))
  expect_identical(nrow(alx_ls(con, "/", refresh = TRUE)), 0L)
  expect_identical(
    sent_json(con)$commonOptions, list(syncIntervalMs = 0L, ttl = -1L, ttlAction = "FREE")
  )
})

test_that("modes, flags and times that cannot be right are refused", {
  con <- fake_connection(list())
  expect_error(alx_chmod(con, "/f", "999"), "999", class = "alluxior_invalid")
  expect_error(alx_chmod(con, "/f", 644), class = "alluxior_invalid")
  expect_error(alx_ttl(con, "/f", -5), class = "alluxior_invalid")
  expect_error(alx_ttl(con, "/f", 5, "burn"), "burn", class = "alluxior_invalid")
  expect_error(alx_rm(con, "/f", recursive = NA), "recursive", class = "alluxior_invalid")
  expect_error(alx_cp(con, "/a", "/a/b"), "within", class = "alluxior_invalid")
  expect_identical(alluxior:::mode_bits(as.octmode("64"))$ownerBits, "NONE")
})

test_that("a path that is not there will do where that was said", {
  con <- fake_connection(list(refusal("NOT_FOUND"), refusal("NOT_FOUND")))
  expect_invisible(alx_rm(con, "/f", missing_ok = TRUE))
  expect_error(alx_rm(con, "/f"), class = "alluxior_not_found")
})
