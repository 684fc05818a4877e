# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What r_transport.py measures inside R: prints "way range_bytes seconds" of the best of a few rounds.
# Arguments: masters, proxy, user, path in Alluxio, the same bytes as a local file, rounds, and
# "range_bytes:ranges" for each size.
arguments <- commandArgs(TRUE)
masters <- arguments[[1]]
proxy <- arguments[[2]]
user <- arguments[[3]]
path <- arguments[[4]]
local_name <- arguments[[5]]
rounds <- as.integer(arguments[[6]])
sizes <- strsplit(arguments[-(1:6)], ":")

suppressMessages(library(alluxior))
open_source <- alluxior:::open_source
read_source <- alluxior:::read_source

measure <- function(way, range_bytes, ranges, read) {
  once <- function() {
    begin <- Sys.time()
    for (i in seq_len(ranges)) {
      bytes <- read((i - 1) * range_bytes)
      stopifnot(is.raw(bytes), length(bytes) == range_bytes)
    }
    as.numeric(Sys.time()) - as.numeric(begin)
  }
  seconds <- min(vapply(seq_len(rounds), function(round) once(), 0))
  cat(way, format(range_bytes, scientific = FALSE), seconds, "\n")
}

authorization <- paste0(
  "AWS4-HMAC-SHA256 Credential=", user, "/20200101/us-east-1/s3/aws4_request, ",
  "SignedHeaders=host, Signature=none"
)
s3_url <- paste0(proxy, "/api/v1/s3", path)

by_s3 <- function(range_bytes) {
  handle <- curl::new_handle()
  function(offset) {
    range <- sprintf("bytes=%.0f-%.0f", offset, offset + range_bytes - 1)
    curl::handle_setheaders(handle, Authorization = authorization, Range = range)
    curl::curl_fetch_memory(s3_url, handle)$content
  }
}

by_source <- function(source, name, range_bytes) {
  function(offset) read_source(source, name, offset, range_bytes)
}

rpc <- open_source(alx_connect(masters = masters, user = user, short_circuit = "never"), path)
circuit <- open_source(alx_connect(masters = masters, user = user), path)
plain <- alluxior:::open_file_source(local_name)
connection <- file(local_name, "rb")

for (size in sizes) {
  range_bytes <- as.numeric(size[[1]])
  ranges <- as.integer(size[[2]])
  measure("rpc", range_bytes, ranges, by_source(rpc, path, range_bytes))
  measure("circuit", range_bytes, ranges, by_source(circuit, path, range_bytes))
  measure("r-curl", range_bytes, ranges, by_s3(range_bytes))
  measure("file", range_bytes, ranges, by_source(plain, local_name, range_bytes))
  measure("readBin", range_bytes, ranges, function(offset) {
    seek(connection, offset)
    readBin(connection, "raw", range_bytes)
  })
}
ways <- .Call(alluxior:::alx_c_ways, circuit)
stopifnot(ways[["local"]] > 0, ways[["grpc"]] == 0)

reader_of <- function(bytes) {
  at <- 0
  function(most) {
    from <- at
    at <<- min(at + most, length(bytes))
    bytes[seq_len(at - from) + from]
  }
}

content <- readBin(local_name, "raw", file.size(local_name))
con <- alx_connect(masters = masters, user = user)
target <- paste0(path, "-written")
wrote <- function(way, write) {
  once <- function() {
    begin <- Sys.time()
    write()
    as.numeric(Sys.time()) - as.numeric(begin)
  }
  cat(way, length(content), min(vapply(seq_len(rounds), function(round) once(), 0)), "\n")
}
wrote("put", function() alx_put(con, content, target, overwrite = TRUE, block_bytes = 2^25))
wrote("s3-put", function() {
  handle <- curl::new_handle(
    upload = TRUE, infilesize_large = length(content), readfunction = reader_of(content)
  )
  curl::handle_setheaders(
    handle, Authorization = authorization, "Content-Type" = "application/octet-stream"
  )
  answer <- curl::curl_fetch_memory(paste0(s3_url, "-by-s3"), handle)
  stopifnot(answer$status_code == 200)
})
