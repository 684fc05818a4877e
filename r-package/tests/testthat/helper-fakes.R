# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A connection whose calls are answered by `answers` in turn (a list of functions of the request, or
# answers); what was asked is in the list `asked(con)`.
fake_connection <- function(answers, proxies = "http://one:1", ...) {
  con <- alx_connect(proxies, user = "ada", ...)
  seen <- new.env(parent = emptyenv())
  seen$requests <- list()
  con$seen <- seen
  con$fetch <- function(request) {
    seen$requests <- c(seen$requests, list(request))
    number <- length(seen$requests)
    if (number > length(answers)) stop("asked once too often: ", request$url)
    answer <- answers[[number]]
    answer <- if (is.function(answer)) answer(request) else answer
    if (!is.null(request$sink)) request$sink(answer$content)
    answer
  }
  con$state$rest_is_on <- proxies
  con
}

asked <- function(con, what = "url") vapply(con$seen$requests, `[[`, "", what)

sent_json <- function(con, number = 1) {
  jsonlite::fromJSON(rawToChar(con$seen$requests[[number]]$body), simplifyVector = FALSE)
}

answer <- function(text = "", status = 200, headers = character()) {
  content <- if (is.raw(text)) text else charToRaw(enc2utf8(text))
  list(status = status, headers = headers, content = content)
}

refusal <- function(status, message = "words") {
  answer(jsonlite::toJSON(list(statusCode = status, message = message), auto_unbox = TRUE), 500)
}

not_reached <- function(request) alluxior:::abort_no_answer("refused", FALSE, FALSE)
broken_off <- function(request) alluxior:::abort_no_answer("reset", TRUE, FALSE)
too_slow <- function(request) alluxior:::abort_no_answer("timeout was reached", TRUE, TRUE)

# The JSON of get-status, with what differs.
status_json <- function(...) {
  fields <- list(
    path = "/f", name = "f", folder = FALSE, length = 3, blockSizeBytes = 1048576,
    lastModificationTimeMs = 1700000000123, creationTimeMs = 1700000000000, owner = "root",
    group = "staff", mode = 420, completed = TRUE, persistenceState = "PERSISTED", pinned = FALSE,
    pinnedMediumTypes = list(), ttl = -1, ttlAction = "FREE", inAlluxioPercentage = 100,
    fileId = 7, mountPoint = FALSE, ufsPath = "/ufs/f", fileBlockInfos = list()
  )
  fields[...names()] <- list(...)
  text <- jsonlite::toJSON(fields, auto_unbox = TRUE, digits = NA)
  # jsonlite writes 64-bit ids only as text.
  gsub("\"id:([0-9]+)\"", "\\1", text)
}

# Evaluates `code` with `url`, where another process answers each connection by `behave(socket)`.
with_server <- function(behave, code) {
  for (port in sample(20000:60000, 50)) {
    listener <- tryCatch(serverSocket(port), error = function(condition) NULL)
    if (!is.null(listener)) break
  }
  serve <- function() {
    repeat {
      socket <- socketAccept(listener, blocking = TRUE, open = "r+b", timeout = 60)
      behave(socket)
      close(socket)
    }
  }
  job <- parallel::mcparallel(serve(), silent = TRUE)
  close(listener)
  on.exit({
    tools::pskill(job$pid, tools::SIGKILL)
    suppressWarnings(parallel::mccollect(job))
  })
  code(paste0("http://127.0.0.1:", port))
}

# Takes the head of a request; a body is left unread.
take_request <- function(socket) {
  seen <- raw()
  repeat {
    byte <- readBin(socket, raw(), 1)
    if (!length(byte)) return(invisible())
    seen <- c(seen, byte)
    if (identical(utils::tail(seen, 4), charToRaw("\r\n\r\n"))) return(invisible())
  }
}

# Evaluates `code` while a function of ours is another.
with_function <- function(name, value, code) {
  ours <- asNamespace("alluxior")
  original <- get(name, ours)
  put <- function(value) {
    unlockBinding(name, ours)
    assign(name, value, ours)
    lockBinding(name, ours)
  }
  on.exit(put(original))
  put(value)
  code
}

# The numbers of the chunks that are read when the frame is collected.
chunks_read <- function(frame) {
  read <- integer()
  ours <- get("fill_from_chunk", asNamespace("alluxior"))
  with_function("fill_from_chunk", function(frame, i, ...) {
    read <<- c(read, i)
    ours(frame, i, ...)
  }, alx_collect(frame))
  read
}
