# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a status has R's types", {
  block <- function(id, hosts) {
    locations <- lapply(hosts, function(host) {
      list(workerAddress = list(host = host), tierAlias = "MEM")
    })
    list(offset = 0, blockInfo = list(blockId = id, length = 3, locations = locations))
  }
  blocks <- list(block(16777216, c("w1", "w2")), block(5, list()))
  json <- status_json(ttl = 5000, fileBlockInfos = blocks)
  status <- alx_stat(fake_connection(list(answer(json))), "/f")
  expect_identical(format(status$mode), "644")
  expect_identical(status$ttl_s, 5)
  expect_identical(as.numeric(status$modified), 1700000000.123)
  expect_identical(as.character(status$blocks$block_id), c("16777216", "16777216", "5"))
  expect_identical(status$blocks$host, c("w1", "w2", NA))
  expect_output(print(status), "size_bytes +3\n")
})

test_that("a directory has children and no size", {
  status <- alx_stat(fake_connection(list(answer(status_json(folder = TRUE, length = 12)))), "/f")
  expect_identical(status$children, 12L)
  expect_identical(status$size_bytes, NA_real_)
})

test_that("ids are whole numbers in every size", {
  expect_identical(alluxior:::format_id(1e15), "1000000000000000")
  expect_identical(alluxior:::format_id(2^53), "9007199254740992")
  expect_identical(alluxior:::format_id("9223372036854775807"), "9223372036854775807")
})
