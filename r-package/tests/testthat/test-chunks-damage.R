# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

corrupt <- function(call, text) testthat::expect_error(call, text, class = "alluxior_corrupt")

bytes_of <- function(file) readBin(file, "raw", file.size(file))

# Which bytes of a chunk mean something: not the gaps between its segments.
meaningful <- function(chunk, columns, rows) {
  header <- readBin(chunk, "integer", 20 + 20 * columns)
  entries <- matrix(header[-(1:20)], 20)
  width <- ifelse(entries[1, ] %in% c(3, 4), 8, 4)
  validity <- Map(function(at) if (at > 0) at + seq_len(ceiling(rows / 8)), entries[3, ])
  values <- Map(function(at, width) at + seq_len(rows * width), entries[5, ], width)
  sort(unlist(c(list(seq_len(80 + 80 * columns)), validity, values)))
}

test_that("a flipped bit anywhere in a chunk is found, with the file and the offset", {
  it <- frame_of_two_chunks()
  sound <- bytes_of(it$chunk)
  places <- meaningful(it$chunk, ncol(it$frame), 1500 - 1024)
  header <- places[places <= 80 + 80 * ncol(it$frame)]
  for (place in c(sample(header, 100), sample(places, 100))) {
    bytes <- sound
    bytes[[place]] <- xor(bytes[[place]], as.raw(2^sample(0:7, 1)))
    writeBin(bytes, it$chunk)
    found <- rlang::catch_cnd(alx_verify_frame(it$frame))
    expect_s3_class(found, "alluxior_corrupt")
    expect_match(conditionMessage(found), "000001.alxf: at offset [0-9]+: ")
  }
})

test_that("a chunk that was cut, or has grown, is found", {
  it <- frame_of_two_chunks()
  sound <- bytes_of(it$chunk)
  for (length in c(0, 1, 79, 80, 4095, 4096, length(sound) - 4096, length(sound) - 1)) {
    writeBin(sound[seq_len(length)], it$chunk)
    corrupt(alx_read_chunk(it$frame, 2, "double"), "000001.alxf: at offset")
  }
  writeBin(c(sound, raw(4096)), it$chunk)
  expect_error(alx_read_chunk(it$frame, 2), class = "alluxior_corrupt")
})

test_that("a chunk that is missing, or another's, is found", {
  it <- frame_of_two_chunks()
  other <- frame_of_two_chunks()
  file.copy(frame_file(it$path, "000000[.]alxf$"), it$chunk, overwrite = TRUE)
  expect_error(alx_read_chunk(it$frame, 2), "rows are not those", class = "alluxior_corrupt")
  file.copy(other$chunk, it$chunk, overwrite = TRUE)
  expect_error(alx_read_chunk(it$frame, 2), "another version", class = "alluxior_corrupt")
  unlink(it$chunk)
  expect_error(alx_read_chunk(it$frame, 2), "it is gone", class = "alluxior_corrupt")
  expect_identical(nrow(alx_read_chunk(it$frame, 1)), 1024L)
})

test_that("a flipped bit anywhere in the manifest, or a cut one, is found", {
  it <- frame_of_two_chunks()
  manifest <- frame_file(it$path, "^_manifest")
  sound <- bytes_of(manifest)
  for (place in sample(length(sound), 100)) {
    bytes <- sound
    bytes[[place]] <- xor(bytes[[place]], as.raw(2^sample(0:7, 1)))
    writeBin(bytes, manifest)
    corrupt(alx_open_frame(it$path), "_manifest-000001.json: at offset")
  }
  for (length in c(0, 10, 34, 35, length(sound) - 1)) {
    writeBin(sound[seq_len(length)], manifest)
    expect_error(alx_open_frame(it$path), class = "alluxior_corrupt")
  }
})

# Someone else's writer may be wrong where no checksum tells.
with_hash <- function(text) {
  bytes <- charToRaw(text)
  bytes[20:35] <- charToRaw(strrep("0", 16))
  bytes[20:35] <- charToRaw(.Call(alluxior:::alx_c_xxh64, bytes))
  bytes
}

test_that("a manifest that contradicts itself is refused", {
  it <- frame_of_two_chunks()
  manifest <- frame_file(it$path, "^_manifest")
  text <- rawToChar(bytes_of(manifest))
  changes <- c(
    "\"rows\":1500" = "\"rows\":1501", "\"chunk_rows\":1024" = "\"chunk_rows\":1000",
    "\"type\":\"int32\"" = "\"type\":\"int31\"", "\"class\":\"factor\"" = "\"class\":\"list\"",
    "\"header\":\"" = "\"header\":\"x", "\"file\":\"" = "\"file\":\"../",
    "\"nulls\":[" = "\"nulls\":[1,", "\"version\":\"" = "\"version\":\"g",
    "\"columns\":[" = "\"columns\":[1,"
  )
  for (i in seq_along(changes)) {
    changed <- sub(names(changes)[[i]], changes[[i]], text, fixed = TRUE)
    expect_false(changed == text)
    writeBin(with_hash(changed), manifest)
    expect_error(alx_open_frame(it$path), "_manifest-000001.json: ", class = "alluxior_corrupt")
  }
  # Fewer strings than codes.
  writeBin(with_hash(sub("\"dictionary\":\\[[^]]*\\]", "\"dictionary\":[\"a\"]", text)), manifest)
  corrupt(alx_collect(alx_open_frame(it$path)), "not in the dictionary")
})

test_that("the hash is xxh64", {
  hash <- function(text) .Call(alluxior:::alx_c_xxh64, charToRaw(text))
  expect_identical(hash(""), "ef46db3751d8e999")
  expect_identical(hash("a"), "d24ec4f1a98c6e5b")
  expect_identical(hash("abc"), "44bc2cf5ad770999")
  expect_identical(hash("Nobody inspects the spammish repetition"), "fbcea83c8a378bf1")
})
