# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("a connection asks nothing and says what it is", {
  con <- alx_connect(c("http://a:39999/", "https://[::1]:8443"), user = "ada")
  expect_identical(con$proxies, c("http://a:39999", "https://[::1]:8443"))
  expect_output(print(con), "http://a:39999, https://[::1]:8443 as ada", fixed = TRUE)
})

test_that("what cannot be right is refused with the value and the remedy", {
  expect_error(alx_connect("proxy:39999"), "proxy:39999.*http://proxy", class = "alluxior_invalid")
  expect_error(alx_connect(character()), class = "alluxior_invalid")
  expect_error(alx_connect("http://ada:secret@proxy:1"), class = "alluxior_invalid")
  expect_error(alx_connect("http://proxy:1/path"), class = "alluxior_invalid")
  expect_error(alx_connect(user = "a/b"), "a/b", class = "alluxior_invalid")
  expect_error(alx_connect(user = "a\r\nX: y"), class = "alluxior_invalid")
  expect_error(alx_connect(timeout_s = 0), "timeout_s.*above 0", class = "alluxior_invalid")
  expect_error(alx_connect(retries = -1), "retries", class = "alluxior_invalid")
  expect_error(alx_ls("http://proxy:1"), "alx_connect", class = "alluxior_invalid")
})
