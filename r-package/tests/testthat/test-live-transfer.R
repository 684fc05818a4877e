# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

mib <- 2^20

test_that("files go up and down in parts", {
  con <- live_connection()
  folder <- live_folder(con)
  withr::local_envvar(R_USER_CACHE_DIR = withr::local_tempdir())
  bytes <- random_bytes(11 * mib + 7)
  source <- local_file_of(bytes)
  path <- paste0(folder, "/a b/f")
  alx_upload(con, source, path, part_bytes = 5 * mib)
  expect_identical(alx_stat(con, path)$persistence, "PERSISTED")
  # Nothing of the parts is left beside it, and no note here.
  expect_identical(alx_ls(con, paste0(folder, "/a b"))$path, path)
  notes <- list.files(Sys.getenv("R_USER_CACHE_DIR"), "json", recursive = TRUE)
  expect_identical(notes, character())
  expect_error(alx_upload(con, source, path, part_bytes = 5 * mib), class = "alluxior_exists")
  to <- withr::local_tempdir()
  for (connections in c(1, 3)) {
    dest <- file.path(to, connections)
    alx_download(con, path, dest, part_bytes = 5 * mib, connections = connections)
    expect_identical(file_bytes(dest), bytes)
  }
  expect_identical(dir(to), c("1", "3"))
})

test_that("small files, files in the root, and other write types go in one piece", {
  con <- live_connection()
  source <- local_file_of(random_bytes(6 * mib))
  dest <- withr::local_tempfile()
  root <- paste0(live_folder(con), "-file")
  withr::defer(alx_rm(con, root))
  alx_upload(con, source, root, part_bytes = 5 * mib)
  alx_download(con, root, dest, part_bytes = 5 * mib)
  expect_identical(file_bytes(dest), file_bytes(source))
  alx_upload(con, source, root, "MUST_CACHE", overwrite = TRUE, part_bytes = 5 * mib)
  expect_identical(alx_stat(con, root)$persistence, "NOT_PERSISTED")
})

test_that("a download goes on where it was", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  bytes <- random_bytes(11 * mib)
  alx_write_raw(con, bytes, path)
  dest <- file.path(withr::local_tempdir(), "f")
  # As if the first part had come; it differs so that one can see that it is not asked for again.
  part <- paste0(dest, ".alxpart")
  marked <- replace(bytes, 1, xor(bytes[[1]], as.raw(255)))
  writeBin(marked[1:(5 * mib)], part)
  status <- alx_stat(con, path)
  version <- list(
    file_id = as.character(status$file_id),
    modified = alluxior:::format_id(as.numeric(status$modified)),
    size_bytes = alluxior:::format_id(11 * mib), part_bytes = alluxior:::format_id(5 * mib)
  )
  alluxior:::write_note(paste0(part, ".json"), c(version, list(done = I(1L))))
  alx_download(con, path, dest, part_bytes = 5 * mib)
  expect_identical(file_bytes(dest), marked)
  # Of a file that is another now, nothing is kept.
  writeBin(marked[1:(5 * mib)], part)
  alluxior:::write_note(paste0(part, ".json"), c(version, list(done = I(1L))))
  alx_write_raw(con, rev(bytes), path, overwrite = TRUE)
  alx_download(con, path, dest, overwrite = TRUE, part_bytes = 5 * mib)
  expect_identical(file_bytes(dest), rev(bytes))
  expect_identical(dir(dirname(dest)), "f")
})

test_that("an upload goes on where it was", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  withr::local_envvar(R_USER_CACHE_DIR = withr::local_tempdir())
  bytes <- random_bytes(11 * mib)
  source <- local_file_of(bytes)
  version <- alluxior:::local_version(source)
  note <- alluxior:::upload_note(con, path, version, 5 * mib)
  upload <- alluxior:::begin_upload(con, path, note, resume = TRUE)
  # As if the first part had gone; it differs so that one can see that it is not sent again.
  marked <- replace(bytes, 1, xor(bytes[[1]], as.raw(255)))
  query <- paste0("?partNumber=1&uploadId=", upload$id)
  request <- alluxior:::s3_request(con, "PUT", path, query, marked[1:(5 * mib)])
  tag <- alluxior:::s3_call(con, request, path)$headers[["etag"]]
  alluxior:::write_note(note, list(id = upload$id, tags = list("1" = tag)))
  alx_upload(con, source, path, part_bytes = 5 * mib)
  expect_identical(alx_read_raw(con, path), marked)
  # Of an upload that Alluxio has forgotten, all is sent again.
  alluxior:::write_note(note, list(id = upload$id, tags = list("1" = tag)))
  alx_upload(con, source, path, overwrite = TRUE, part_bytes = 5 * mib)
  expect_identical(alx_read_raw(con, path), bytes)
  expect_identical(alx_ls(con, dirname(path))$path, path)
})

test_that("an upload that fails leaves nothing when it may not be resumed", {
  con <- live_connection()
  folder <- live_folder(con)
  withr::local_envvar(R_USER_CACHE_DIR = withr::local_tempdir())
  source <- local_file_of(random_bytes(6 * mib))
  broken <- function(...) stop("broken on purpose")
  path <- paste0(folder, "/f")
  expect_error(
    with_function("run_parallel", broken, {
      alx_upload(con, source, path, resume = FALSE, part_bytes = 5 * mib)
    }),
    "broken on purpose"
  )
  expect_identical(nrow(alx_ls(con, folder)), 0L)
})

test_that("copies within Alluxio", {
  con <- live_connection()
  folder <- live_folder(con)
  at <- function(name) paste0(folder, name)
  bytes <- random_bytes(3 * mib)
  alx_write_raw(con, bytes, at("/a/sub/f"))
  alx_mkdir(con, at("/a/empty"))
  expect_error(alx_cp(con, at("/a"), at("/b")), "recursive", class = "alluxior_invalid")
  alx_cp(con, at("/a"), at("/b"), recursive = TRUE)
  copied <- alx_ls(con, at("/b"), recursive = TRUE)
  expect_identical(copied$path, at(c("/b/empty", "/b/sub", "/b/sub/f")))
  expect_identical(alx_read_raw(con, at("/b/sub/f")), bytes)
  expect_error(alx_cp(con, at("/a/sub/f"), at("/b/sub/f")), class = "alluxior_exists")
  root <- paste0(folder, "-copy")
  withr::defer(alx_rm(con, root))
  alx_cp(con, at("/a/sub/f"), root)
  expect_identical(alx_read_raw(con, root), bytes)
})

test_that("parts are read and written as the user", {
  con <- live_connection()
  folder <- live_folder(con)
  withr::local_envvar(R_USER_CACHE_DIR = withr::local_tempdir())
  alx_write_raw(con, raw(6 * mib), paste0(folder, "/f"))
  alx_chmod(con, folder, "0700")
  mallory <- live_connection(user = "mallory")
  dest <- withr::local_tempfile()
  expect_error(
    alx_download(mallory, paste0(folder, "/f"), dest, part_bytes = 5 * mib),
    "as user mallory",
    class = "alluxior_permission"
  )
  expect_false(file.exists(dest))
  source <- local_file_of(raw(6 * mib))
  expect_error(
    alx_upload(mallory, source, paste0(folder, "/g"), part_bytes = 5 * mib),
    class = "alluxior_permission"
  )
})

test_that("a download whose file changes between its parts is refused and begun anew", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  alx_write_raw(con, raw(6 * mib), path)
  status <- alx_stat(con, path)
  alx_write_raw(con, raw(7 * mib), path, overwrite = TRUE)
  part <- withr::local_tempfile()
  expect_error(
    alluxior:::download_parts(con, status, part, TRUE, 2, 5 * mib, FALSE),
    class = "alluxior_changed"
  )
  expect_false(any(file.exists(c(part, paste0(part, ".json")))))
})
