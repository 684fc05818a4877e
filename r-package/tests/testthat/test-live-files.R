# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("what is written is read", {
  con <- live_connection()
  folder <- live_folder(con)
  at <- function(name) paste0(folder, "/deep/", name)
  bytes <- random_bytes(9 * 2^20 + 1)
  alx_write_raw(con, bytes, at("raw"))
  expect_identical(alx_read_raw(con, at("raw")), bytes)
  alx_write_raw(con, raw(), at("empty"))
  expect_identical(alx_read_raw(con, at("empty")), raw())
  lines <- c("a", "", "gr\u00fcn \U1F600")
  alx_write_text(con, lines, at("text"))
  expect_identical(alx_read_text(con, at("text")), lines)
  data <- data.frame(x = c(1.5, NA), y = c("a,b", "\u00fc"))
  alx_write_csv(con, data, at("csv"))
  expect_identical(alx_read_csv(con, at("csv"), encoding = "UTF-8"), data)
  alx_write_rds(con, list(1, mtcars), at("rds"))
  expect_identical(alx_read_rds(con, at("rds")), list(1, mtcars))
})

test_that("nothing is overwritten unless that was said", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  alx_write_text(con, "one", path)
  expect_error(alx_write_text(con, "two", path), class = "alluxior_exists")
  expect_identical(alx_read_text(con, path), "one")
  alx_write_text(con, "two", path, overwrite = TRUE)
  expect_identical(alx_read_text(con, path), "two")
})

test_that("each write type does what it says", {
  con <- live_connection()
  folder <- live_folder(con)
  persistence <- function(type) {
    path <- paste0(folder, "/", type)
    alx_write_raw(con, raw(100), path, write_type = type)
    status <- alx_stat(con, path)
    c(status$persistence, file.exists(status$ufs_path), status$in_alluxio_percent)
  }
  expect_identical(persistence("CACHE_THROUGH"), c("PERSISTED", "TRUE", "100"))
  expect_identical(persistence("THROUGH"), c("PERSISTED", "TRUE", "0"))
  expect_identical(persistence("ASYNC_THROUGH"), c("TO_BE_PERSISTED", "FALSE", "100"))
  expect_identical(persistence("MUST_CACHE"), c("NOT_PERSISTED", "FALSE", "100"))
})

test_that("a file is an R connection", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  writer <- alx_open(con, path, "w")
  writeLines(c("one", "two"), writer)
  expect_false(alx_exists(con, path))
  close(writer)
  reader <- alx_open(con, path)
  expect_identical(readLines(reader, 1), "one")
  expect_identical(readLines(reader), "two")
  close(reader)
  writer <- alx_open(con, path, "wb", overwrite = TRUE)
  writeBin(1:10, writer)
  close(writer)
  reader <- alx_open(con, path, "rb")
  expect_identical(readBin(reader, 1L, 20), 1:10)
  close(reader)
  writer <- alx_open(con, path, "w")
  writeLines("kept", writer)
  failed <- tryCatch(close(writer), alluxior_exists = identity)
  expect_identical(readLines(failed$spool), "kept")
  unlink(failed$spool)
  expect_error(alx_open(con, paste0(path, "x")), class = "alluxior_not_found")
  expect_error(alx_open(con, dirname(path)), class = "alluxior_invalid")
})

test_that("a file that is replaced under its reader is not given out", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  alx_write_raw(con, raw(2^20), path)
  status <- alx_stat(con, path)
  replaced <- FALSE
  replace_once <- function(piece) {
    if (!replaced) alx_write_raw(con, as.raw(rep(1, 2^20)), path, overwrite = TRUE)
    replaced <<- TRUE
  }
  expect_error(
    alluxior:::read_file(con, status, replace_once, FALSE),
    class = "alluxior_changed"
  )
})

test_that("a write that its source breaks off leaves nothing", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  pieces <- list(raw(1000))
  broken <- function() {
    if (!length(pieces)) stop("the source broke")
    piece <- pieces[[1]]
    pieces <<- pieces[-1]
    piece
  }
  expect_error(
    alluxior:::write_file(con, path, broken, 2000, "CACHE_THROUGH", FALSE, FALSE), "source broke"
  )
  expect_false(alx_exists(con, path))
})
