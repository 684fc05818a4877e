# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Calls to a proxy: deadlines, which proxy, and what may be sent again.
#
# A request is a list: method, target (what follows the proxy's address), body (raw or NULL),
# headers (named character), kind ("safe": may be repeated; "void": changes something and is
# answered with nothing; "once": changes something), timeout_s, is_data (timeout_s is then for
# standing still), limit_bytes, sink (a function that takes the pieces of the body, or NULL to have
# them returned).
# An answer is a list: status, headers (named character), content (raw), proxy.

# 10 000 files of a block each are 29 MB (seen on 2.9.6).
metadata_limit_bytes <- 1024^3

http_request <- function(method, target, body = NULL, headers = character(), kind = "safe",
                         timeout_s = NULL, is_data = FALSE, limit_bytes = metadata_limit_bytes,
                         sink = NULL) {
  list(
    method = method, target = target, body = body, headers = headers, kind = kind,
    timeout_s = timeout_s, is_data = is_data, limit_bytes = limit_bytes, sink = sink
  )
}

# Sends to `proxy`, or to the first that can be reached. Raises alluxior_unavailable and
# alluxior_timeout; any status is an answer.
http_call <- function(con, request, proxy = NULL) {
  check_connection(con)
  if (is.null(request$timeout_s)) {
    request$timeout_s <- con$timeout_s
  }
  deadline_s <- now_s() + request$timeout_s
  for (attempt in 0:con$retries) {
    to <- if (is.null(proxy)) current_proxy(con) else proxy
    if (!request$is_data) {
      request$timeout_s <- max(deadline_s - now_s(), 0.001)
    }
    result <- http_attempt(con, request, to)
    last <- attempt == con$retries || (!request$is_data && now_s() >= deadline_s)
    if (last || !may_repeat(result, request)) {
      return(answer_or_abort(result, to))
    }
    if (is.null(proxy)) {
      next_proxy(con)
    }
    Sys.sleep(min(0.1 * 2^attempt, 2))
  }
}

now_s <- function() proc.time()[["elapsed"]]

current_proxy <- function(con) con$proxies[[con$state$current]]

next_proxy <- function(con) {
  con$state$current <- con$state$current %% length(con$proxies) + 1L
}

# An answer, or a condition of class alluxior_no_answer with `was_sent` and `timed_out`.
http_attempt <- function(con, request, proxy) {
  tryCatch(
    {
      if (request$kind == "void" && !proxy %in% con$state$rest_is_on) {
        ask_whether_rest_is_on(con, proxy)
      }
      one_fetch(con, request, proxy)
    },
    alluxior_no_answer = function(condition) condition
  )
}

one_fetch <- function(con, request, proxy) {
  request$url <- paste0(proxy, request$target)
  request$connect_timeout_s <- con$connect_timeout_s
  c(con$fetch(request), proxy = proxy)
}

# A proxy without REST answers a call that returns nothing as if it had done it, so it is asked for
# something else first; what fails here has not sent the call itself.
ask_whether_rest_is_on <- function(con, proxy) {
  info <- http_request("GET", "/api/v1/proxy/info", timeout_s = con$timeout_s)
  answer <- withCallingHandlers(
    one_fetch(con, info, proxy),
    alluxior_no_answer = function(condition) {
      abort_no_answer(conditionMessage(condition), was_sent = FALSE, condition$timed_out)
    }
  )
  if (answer$status == 200 && !length(answer$content)) {
    abort_rest_off(proxy)
  }
  if (answer$status == 200) {
    con$state$rest_is_on <- union(con$state$rest_is_on, proxy)
  }
}

# What was not sent may be sent again; what was sent only if that changes nothing.
may_repeat <- function(result, request) {
  if (inherits(result, "alluxior_no_answer")) {
    return(!result$was_sent || (request$kind == "safe" && !result$timed_out))
  }
  request$kind == "safe" && is_not_ready(result)
}

# A proxy that starts, has no master, or sits behind a balancer without a backend.
is_not_ready <- function(answer) {
  answer$status %in% c(502, 503, 504) ||
    (answer$status == 500 && grepl('"statusCode":"UNAVAILABLE"', text_of(answer), fixed = TRUE))
}

answer_or_abort <- function(result, proxy) {
  if (!inherits(result, "alluxior_no_answer")) {
    return(result)
  }
  cause <- conditionMessage(result)
  if (result$timed_out && result$was_sent) {
    abort_alluxio(
      "alluxior_timeout", paste0(proxy, ": no answer in time: ", cause),
      paste(
        "Whether a change has happened is not known: look with alx_stat(). A larger `timeout_s` in",
        "alx_connect() waits longer; a block that no worker holds any more never comes."
      )
    )
  }
  abort_alluxio(
    "alluxior_unavailable", paste0(proxy, " did not answer: ", cause),
    "Check the address and that the proxy runs; alx_sitrep() tells what can be reached."
  )
}

abort_no_answer <- function(message, was_sent, timed_out) {
  rlang::abort(message, "alluxior_no_answer", was_sent = was_sent, timed_out = timed_out)
}

abort_rest_off <- function(proxy) {
  abort_alluxio(
    "alluxior_rest_off",
    paste0(proxy, ": the proxy answers with nothing: its REST interface is switched off."),
    "Set alluxio.proxy.s3.v2.version.enabled=false for the proxy and restart it."
  )
}

text_of <- function(answer) {
  content <- answer$content[answer$content != as.raw(0)]
  text <- rawToChar(content)
  Encoding(text) <- "UTF-8"
  iconv(text, "UTF-8", "UTF-8", sub = "?")
}

# The one function that speaks to the network; tests put another in its place.
curl_fetch <- function(request) {
  handle <- curl_handle(request)
  body <- new_body(request)
  stream <- curl::curl(request$url, handle = handle)
  on.exit(close(stream))
  tryCatch(
    {
      # The f is curl's: any status is an answer.
      open(stream, "rbf")
      while (length(piece <- readBin(stream, raw(), 256 * 1024))) {
        body$take(piece)
      }
    },
    error = function(condition) fail_fetch(condition, handle)
  )
  done <- curl::handle_data(handle)
  list(status = done$status_code, headers = header_values(done$headers), content = body$content())
}

curl_handle <- function(request) {
  handle <- curl::new_handle()
  curl::handle_setopt(
    handle,
    customrequest = request$method, followlocation = FALSE, accept_encoding = "identity",
    connecttimeout_ms = ceiling(1000 * request$connect_timeout_s), nosignal = TRUE,
    buffersize = 512 * 1024,
    # On a connection that it kept, curl itself repeats what was not answered, whatever it changes.
    fresh_connect = request$kind != "safe"
  )
  if (request$is_data) {
    curl::handle_setopt(handle, low_speed_limit = 1, low_speed_time = ceiling(request$timeout_s))
  } else {
    curl::handle_setopt(handle, timeout_ms = ceiling(1000 * request$timeout_s))
  }
  if (request$method != "GET") {
    body <- if (is.null(request$body)) raw(0) else request$body
    curl::handle_setopt(handle, post = TRUE, postfieldsize = length(body), postfields = body)
    curl::handle_setopt(handle, customrequest = request$method)
  }
  do.call(curl::handle_setheaders, c(list(handle), as.list(request$headers)))
  handle
}

# Takes pieces up to the limit; without a sink it keeps them.
new_body <- function(request) {
  pieces <- list()
  size <- 0
  take <- function(piece) {
    size <<- size + length(piece)
    if (size > request$limit_bytes) {
      abort_alluxio(
        "alluxior_corrupt",
        paste0(request$url, ": the answer is longer than ", request$limit_bytes, " bytes."),
        "Ask for less at once; if this is little, check that this is Alluxio's proxy."
      )
    }
    if (is.null(request$sink)) {
      pieces[[length(pieces) + 1]] <<- piece
    } else {
      request$sink(piece)
    }
  }
  list(take = take, content = function() as.raw(unlist(pieces)))
}

# The times say whether the request had been sent: curl sets `pretransfer` just before.
fail_fetch <- function(condition, handle) {
  if (inherits(condition, "alluxior_error")) {
    stop(condition)
  }
  message <- conditionMessage(condition)
  times <- curl::handle_data(handle)$times
  abort_no_answer(
    message,
    was_sent = times[["pretransfer"]] > 0,
    timed_out = grepl("timed out|timeout was reached|too slow", message, ignore.case = TRUE)
  )
}

# The last of each name, by small letters.
header_values <- function(headers) {
  lines <- curl::parse_headers(headers)
  fields <- regmatches(lines, regexpr(":", lines), invert = TRUE)
  fields <- Filter(function(field) length(field) == 2, fields)
  values <- trimws(vapply(fields, `[[`, "", 2))
  names(values) <- tolower(vapply(fields, `[[`, "", 1))
  values[!duplicated(names(values), fromLast = TRUE)]
}
