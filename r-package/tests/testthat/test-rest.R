# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("refusals have the class of their status and the server's words", {
  classes <- c(
    NOT_FOUND = "not_found", ALREADY_EXISTS = "exists", PERMISSION_DENIED = "permission",
    INVALID_ARGUMENT = "invalid", FAILED_PRECONDITION = "state", RESOURCE_EXHAUSTED = "no_room",
    INTERNAL = "server", SOMETHING_NEW = "server"
  )
  for (status in names(classes)) {
    con <- fake_connection(list(refusal(status, "these {words}")))
    expect_error(
      alx_mkdir(con, "/f"), "/f: create-directory: these {words}",
      fixed = TRUE, class = paste0("alluxior_", classes[[status]])
    )
  }
})

test_that("what is no refusal of Alluxio's own is told apart", {
  meets <- function(answer) fake_connection(list(answer), retries = 0)
  expect_error(alx_ls(meets(answer("Unknown option", 400))), "Unknown", class = "alluxior_invalid")
  expect_error(alx_ls(meets(answer("HTTP 404 Not Found", 500))), class = "alluxior_server")
  expect_error(alx_ls(meets(answer("login", 401))), class = "alluxior_permission")
  expect_error(alx_ls(meets(answer("bad", 502))), "balancer", class = "alluxior_unavailable")
  expect_error(alx_ls(meets(answer("", 302))), "302", class = "alluxior_server")
  expect_error(alx_ls(meets(answer("{\"statusCode\": 5}", 500))), class = "alluxior_server")
})

test_that("S3's refusals count, also inside an answer of status 200", {
  refuses <- function(code, status) {
    con <- fake_connection(list())
    xml <- paste0("<Error><Code>", code, "</Code><Message>a &lt;b&gt;</Message></Error>")
    alluxior:::s3_refuse(con, c(answer(xml, status), proxy = "p"), "/b/f")
  }
  expect_error(refuses("NoSuchKey", 404), "user ada: a <b>", class = "alluxior_not_found")
  expect_error(refuses("AccessDenied", 403), class = "alluxior_permission")
  expect_error(refuses("InternalError", 200), class = "alluxior_server")
})

test_that("no user can put a header of his own into a request", {
  con <- fake_connection(list())
  request <- alluxior:::s3_request(con, "GET", "/b/k ey")
  expect_identical(request$target, "/api/v1/s3/b/k%20ey")
  expect_match(request$headers[["Authorization"]], "Credential=ada/", fixed = TRUE)
})

test_that("numbers beyond 2^53 stay exact", {
  largest <- status_json(fileId = "id:9223372036854775807")
  expect_identical(
    alx_stat(fake_connection(list(answer(largest))), "/f")$file_id,
    bit64::as.integer64("9223372036854775807")
  )
  odd <- status_json(fileId = "id:9007199254740993")
  odd <- paste0("[", odd, ",", status_json(path = "/e"), "]")
  listing <- alx_ls(fake_connection(list(answer(odd))))
  expect_identical(listing$path, c("/e", "/f"))
  expect_identical(as.character(listing$file_id), c("7", "9007199254740993"))
})
