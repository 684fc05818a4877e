# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("directories are made, listed, moved and removed", {
  con <- live_connection()
  folder <- live_folder(con)
  alx_mkdir(con, paste0(folder, "/a/b"), mode = "0750")
  alx_write_raw(con, raw(5), paste0(folder, "/a/f"))
  listing <- alx_ls(con, folder, recursive = TRUE)
  expect_identical(listing$path, paste0(folder, c("/a", "/a/b", "/a/f")))
  expect_identical(listing$type, c("directory", "directory", "file"))
  expect_identical(listing$size_bytes, c(NA, NA, 5))
  expect_identical(format(alx_stat(con, paste0(folder, "/a/b"))$mode), "750")
  expect_output(print(listing), "PERSISTED")
  alx_mv(con, paste0(folder, "/a"), paste0(folder, "/c"))
  expect_true(alx_exists(con, paste0(folder, "/c/f")))
  expect_false(alx_exists(con, paste0(folder, "/a")))
  expect_error(alx_rm(con, paste0(folder, "/c")), class = "alluxior_state")
  expect_error(alx_rm(con, paste0(folder, "/x")), class = "alluxior_not_found")
  alx_rm(con, paste0(folder, "/x"), missing_ok = TRUE)
  alx_rm(con, paste0(folder, "/c"), recursive = TRUE)
  expect_identical(nrow(alx_ls(con, folder)), 0L)
})

test_that("a status tells blocks, holders and whole ids", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  alx_write_raw(con, raw(2.5 * 2^20), path)
  status <- alx_stat(con, path)
  # The servers of the test make blocks of 1 MB.
  expect_identical(status$blocks$size_bytes, c(2^20, 2^20, 2^19))
  expect_identical(status$blocks$offset, c(0, 2^20, 2^21))
  expect_false(anyNA(status$blocks$host))
  expect_identical(status$block_size_bytes, 2^20)
  expect_s3_class(status$file_id, "integer64")
  expect_identical(alx_ls(con, path)$file_id, status$file_id)
})

test_that("what was put into the under file system is seen on request, and has no end", {
  con <- live_connection()
  folder <- live_folder(con)
  alx_ls(con, folder)
  writeLines("x", file.path(alx_stat(con, folder)$ufs_path, "new"))
  expect_identical(alx_ls(con, folder, refresh = TRUE)$path, paste0(folder, "/new"))
  expect_identical(alx_stat(con, paste0(folder, "/new"))$ttl_s, NA_real_)
  expect_identical(alx_read_text(con, paste0(folder, "/new")), "x")
})

test_that("blocks are freed and pinned, and files get an end", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  alx_write_raw(con, raw(10), path)
  alx_pin(con, path)
  expect_true(alx_stat(con, path)$pinned)
  alx_pin(con, path, FALSE)
  expect_false(alx_stat(con, path)$pinned)
  expect_identical(alx_stat(con, path)$ttl_s, NA_real_)
  alx_free(con, path)
  wait_until(function() alx_stat(con, path)$in_alluxio_percent == 0)
  alx_ttl(con, path, 86400.5, "delete")
  expect_identical(alx_stat(con, path)$ttl_s, 86400.5)
  expect_identical(alx_stat(con, path)$ttl_action, "delete")
  alx_ttl(con, path, NULL)
  expect_identical(alx_stat(con, path)$ttl_s, NA_real_)
})

test_that("mode and owner are set", {
  con <- live_connection()
  path <- paste0(live_folder(con), "/f")
  alx_write_raw(con, raw(), path)
  alx_chmod(con, path, "0604")
  expect_identical(format(alx_stat(con, path)$mode), "604")
  alx_chown(con, path, owner = "daemon", group = "daemon")
  expect_identical(alx_stat(con, path)$owner, "daemon")
  expect_identical(alx_stat(con, path)$group, "daemon")
})

test_that("under file systems are mounted and unmounted", {
  con <- live_connection()
  point <- paste0(live_folder(con), "/m")
  other <- withr::local_tempdir()
  writeLines("there", file.path(other, "f"))
  alx_mount(con, point, other, read_only = TRUE)
  expect_true(alx_stat(con, point)$mount_point)
  expect_identical(alx_read_text(con, paste0(point, "/f")), "there")
  expect_error(alx_write_raw(con, raw(1), paste0(point, "/g")), class = "alluxior_error")
  alx_unmount(con, point)
  expect_false(alx_exists(con, point))
})

# Names of random bytes and of random characters of all of Unicode.
random_names <- function() {
  # A slash ends a name; a backslash and a question mark are refused, which test-paths.R tests.
  ascii <- setdiff(1:127, utf8ToInt("/\\?"))
  every <- vapply(split(ascii, ceiling(seq_along(ascii) / 12)), intToUtf8, "", USE.NAMES = FALSE)
  unicode <- setdiff(c(0x80:0xffff, 0x10000 + 0:0xffff), 0xd800:0xdfff)
  ascii_names <- replicate(25, intToUtf8(sample(ascii, sample(1:120, 1), TRUE)))
  unicode_names <- replicate(15, intToUtf8(sample(unicode, sample(1:60, 1), TRUE)))
  setdiff(c(every, ascii_names, unicode_names), c(".", ".."))
}

test_that("every name is kept as it is, by every way", {
  con <- live_connection()
  folder <- live_folder(con)
  odd <- c("...", "..a", "%2F", "%00", "a:b", strrep("x", 255), strrep("\u00fc", 127))
  alone <- strsplit("-~ *#;%+&=:'\"\n\t", "")[[1]]
  names <- unique(c(odd, alone, random_names()))
  for (name in names) {
    path <- paste0(folder, "/", name)
    bytes <- charToRaw(name)
    alx_write_raw(con, bytes, path)
    expect_identical(alx_stat(con, path)$path, path)
    expect_identical(alx_read_raw(con, path), bytes)
    status <- alx_stat(con, path)
    range <- alluxior:::range_request(con, status, 1, 2^20)
    expect_identical(alluxior:::http_call(con, range)$content, bytes)
  }
  expect_identical(sort(alx_ls(con, folder)$path), sort(paste0(folder, "/", names)))
  for (name in sample(names, 12)) {
    from <- paste0(folder, "/", name)
    to <- paste0(folder, "/to/", name)
    alx_cp(con, from, to)
    alx_mv(con, to, paste0(folder, "/moved"))
    expect_identical(alx_read_raw(con, paste0(folder, "/moved")), charToRaw(name))
    alx_rm(con, paste0(folder, "/moved"))
  }
})
