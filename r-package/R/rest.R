# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# The proxy's REST interface: paths, streams, and what its refusals mean (seen on 2.9.6).
#
# A refusal of Alluxio is status 500 with {statusCode, message}, where statusCode is the name of a
# gRPC status; 400 is an option that it does not know; 500 with "HTTP 404" or the like in the text
# is a call that it does not serve.

# A time to live that is left out of common options is 0, and ends the file; so it is always sent.
no_ttl <- list(ttl = -1, ttlAction = "FREE")

# The JSON answer of an operation on a path, as lists; numbers beyond 2^53 as character.
rest_ask <- function(con, path, operation, options = list(), query = character(),
                     kind = "safe", proxy = NULL) {
  request <- path_request(path, operation, options, query, kind)
  parse_answer(con, http_call(con, request, proxy), path, operation)
}

# An operation that is answered with nothing.
rest_do <- function(con, path, operation, options = list(), query = character()) {
  answer <- http_call(con, path_request(path, operation, options, query, "void"))
  refuse(answer, path, operation)
}

path_request <- function(path, operation, options, query, kind) {
  body <- jsonlite::toJSON(options, auto_unbox = TRUE, digits = NA, null = "null")
  http_request(
    "POST", path_target(path, operation, query),
    charToRaw(if (length(options)) enc2utf8(body) else "{}"),
    c("Content-Type" = "application/json"), kind
  )
}

# One encoded segment, because what stands in between may merge the slashes of a literal path.
path_target <- function(path, operation, query = character()) {
  asked <- paste0(names(query), "=", curl::curl_escape(query), collapse = "&")
  paste0(
    "/api/v1/paths/", curl::curl_escape(path), "/", operation, if (length(query)) "?",
    if (length(query)) asked
  )
}

rest_version <- function(con, proxy = NULL) {
  answer <- http_call(con, http_request("GET", "/api/v1/proxy/info"), proxy)
  parse_answer(con, answer, NULL, "proxy/info")$version
}

# A stream is known to the proxy that gave its id, and to no other.
open_stream <- function(con, path, operation, options) {
  request <- path_request(path, operation, options, character(), "once")
  answer <- http_call(con, request)
  id <- parse_answer(con, answer, path, operation)
  list(id = format_id(id), proxy = answer$proxy, path = path)
}

# Never repeated: nobody knows whether a piece that failed was written.
write_to_stream <- function(con, stream, piece) {
  answer <- http_call(con, stream_request(con, stream, "write", piece), stream$proxy)
  written <- parse_answer(con, answer, stream$path, "write")
  if (!identical(as.numeric(written), as.numeric(length(piece)))) {
    abort_alluxio(
      "alluxior_corrupt",
      paste0(stream$path, ": the proxy took ", written, " of ", length(piece), " bytes."),
      "Write the file again.",
      path = stream$path
    )
  }
}

# Completes the file, also one that is cut: so whoever breaks off deletes it afterwards.
close_stream <- function(con, stream, size_bytes = 0) {
  request <- stream_request(con, stream, "close", NULL, size_bytes)
  refuse(http_call(con, request, stream$proxy), stream$path, "close")
}

stream_request <- function(con, stream, operation, piece, size_bytes = length(piece)) {
  type <- if (operation == "write") "application/octet-stream" else "application/json"
  http_request(
    "POST", paste0("/api/v1/streams/", stream$id, "/", operation), piece,
    c("Content-Type" = type), "once",
    timeout_s = slow_timeout_s(con, size_bytes)
  )
}

# For calls that end when the under file system has the bytes; 1 MiB/s is a slow one.
slow_timeout_s <- function(con, size_bytes) con$timeout_s + size_bytes / 2^20

# The file's bytes into `sink`; works behind any balancer, and for every name. What is refused after
# the file was found comes as a bare status 500.
download_whole <- function(con, path, sink) {
  request <- http_request(
    "GET", path_target(path, "download-file"),
    is_data = TRUE, kind = "once", limit_bytes = Inf, sink = sink
  )
  answer <- http_call(con, request)
  if (answer$status != 200) {
    abort_alluxio(
      "alluxior_server", paste0(path, ": ", answer$proxy, " cannot read it."),
      "Look at the log of the proxy: a block may be lost, or the proxy's user may not read it.",
      path = path
    )
  }
}

parse_answer <- function(con, answer, path, operation) {
  refuse(answer, path, operation)
  if (!length(answer$content)) {
    abort_rest_off(answer$proxy)
  }
  parsed <- tryCatch(
    jsonlite::fromJSON(text_of(answer), simplifyVector = FALSE, bigint_as_char = TRUE),
    error = function(condition) abort_no_alluxio(answer, operation)
  )
  con$state$rest_is_on <- union(con$state$rest_is_on, answer$proxy)
  parsed
}

abort_no_alluxio <- function(answer, operation) {
  abort_alluxio(
    "alluxior_corrupt",
    paste0(answer$proxy, ": the answer to ", operation, " is not Alluxio's: ", short(answer)),
    "Check that this address is an Alluxio 2.9 proxy and that nothing stands in between."
  )
}

# Raises the condition for a status that is no success.
refuse <- function(answer, path, operation) {
  if (answer$status == 200) {
    return(invisible())
  }
  if (answer$status == 400) {
    abort_refused("INVALID_ARGUMENT", short(answer), answer, path, operation)
  }
  error <- tryCatch(jsonlite::fromJSON(text_of(answer)), error = function(condition) NULL)
  if (is.list(error) && rlang::is_string(error$statusCode)) {
    abort_refused(error$statusCode, paste(error$message), answer, path, operation)
  }
  abort_status(answer, path, operation)
}

abort_refused <- function(status, words, answer, path, operation) {
  known <- refusals[[status]]
  if (is.null(known)) {
    known <- c("alluxior_server", "Look at the log of the proxy and of the master.")
  }
  where <- if (is.null(path)) answer$proxy else path
  abort_alluxio(
    known[[1]], paste0(where, ": ", operation, ": ", words), known[[2]],
    path = path, status = status, proxy = answer$proxy
  )
}

refusals <- list(
  NOT_FOUND = c("alluxior_not_found", "Check the name with alx_ls() of the directory above."),
  ALREADY_EXISTS = c("alluxior_exists", "Remove it first, or choose another path."),
  PERMISSION_DENIED = c("alluxior_permission", "Ask as another user, or change owner or mode."),
  UNAUTHENTICATED = c("alluxior_permission", "Check alluxio.security.authentication.type."),
  INVALID_ARGUMENT = c("alluxior_invalid", "Correct what the server names."),
  OUT_OF_RANGE = c("alluxior_invalid", "Correct what the server names."),
  FAILED_PRECONDITION = c("alluxior_state", "Change what the server names, then try again."),
  ABORTED = c("alluxior_state", "Try again."),
  RESOURCE_EXHAUSTED = c("alluxior_no_room", "Free or add room, or write with \"THROUGH\"."),
  UNAVAILABLE = c("alluxior_unavailable", "Wait until a master leads and workers are there."),
  UNIMPLEMENTED = c("alluxior_server", "Check that this is Alluxio 2.9.")
)

abort_status <- function(answer, path, operation) {
  said <- short(answer)
  where <- paste0(answer$proxy, ": ", operation)
  if (answer$status %in% c(401, 403)) {
    abort_alluxio(
      "alluxior_permission", paste0(where, " is forbidden: ", said),
      "Something before the proxy wants a login; ask who runs it.",
      path = path
    )
  }
  if (answer$status %in% c(502, 503, 504)) {
    abort_alluxio(
      "alluxior_unavailable", paste0(where, " was answered by a balancer: ", said),
      "Check that proxies run behind this address.",
      path = path
    )
  }
  abort_alluxio(
    "alluxior_server", paste0(where, " failed with HTTP status ", answer$status, ": ", said),
    "Check that this is an Alluxio 2.9 proxy, and look at its log.",
    path = path
  )
}

short <- function(answer) {
  words <- gsub("[[:space:]]+", " ", substr(text_of(answer), 1, 300))
  if (nzchar(words)) words else "(nothing)"
}
