# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# The proxy's S3 interface, for what REST lacks: ranges, parts, copies within Alluxio. A bucket is a
# directory below the root. Seen on 2.9.6: a JSON content type is refused, any signature is taken,
# a bucket must be there before an object is written, and all names are served percent-encoded.

# Alluxio reads "a:b" as the directory b in a.
s3_reaches <- function(path) grepl("^/[^/:]+/.", path)

s3_bucket <- function(path) strsplit(path, "/", fixed = TRUE)[[1]][2]

s3_key <- function(path) substring(path, nchar(s3_bucket(path)) + 3)

s3_encoded <- function(path) {
  paste0("/", curl::curl_escape(s3_bucket(path)), "/", curl::curl_escape(s3_key(path)))
}

s3_request <- function(con, method, path, query = "", body = NULL, headers = character(), ...) {
  s3_target_request(con, method, paste0(s3_encoded(path), query), body, headers, ...)
}

s3_target_request <- function(con, method, target, body = NULL, headers = character(), ...) {
  login <- paste0(
    "AWS4-HMAC-SHA256 Credential=", con$user, "/20200101/us-east-1/s3/aws4_request, ",
    "SignedHeaders=host, Signature=none"
  )
  if (!is.null(body) && !"Content-Type" %in% names(headers)) {
    headers <- c(headers, "Content-Type" = "application/octet-stream")
  }
  headers <- c(headers, Authorization = login)
  http_request(method, paste0("/api/v1/s3", target), body, headers, ...)
}

s3_call <- function(con, request, path) {
  answer <- http_call(con, request)
  s3_refuse(con, answer, path)
  answer
}

# Refusals come with a status of their own, or inside an answer of status 200 that took long.
s3_refuse <- function(con, answer, path) {
  text <- if (length(answer$content) < 65536) text_of(answer) else ""
  code <- xml_value(text, "Code")
  if (answer$status %in% c(200, 204, 206) && is.na(code)) {
    return(invisible())
  }
  known <- s3_refusals[[if (is.na(code)) as.character(answer$status) else code]]
  if (is.null(known)) {
    known <- c("alluxior_server", "Look at the log of the proxy.")
  }
  words <- xml_value(text, "Message")
  if (is.na(words)) {
    words <- paste("HTTP status", answer$status)
  }
  abort_alluxio(
    known[[1]], paste0(path, ": S3 as user ", con$user, ": ", words), known[[2]],
    path = path, status = code, proxy = answer$proxy
  )
}

may_not <- c(
  "alluxior_permission", "Ask as another `user` of alx_connect(), or change owner or mode."
)
not_there <- c("alluxior_not_found", "Check the name with alx_ls() of the directory above.")
s3_refusals <- list(
  AccessDenied = may_not, "403" = may_not, NoSuchKey = not_there, NoSuchBucket = not_there,
  "404" = not_there, NoSuchUpload = c("alluxior_no_upload", "Begin the upload anew."),
  "503" = c("alluxior_unavailable", "Wait until the proxy has a master and workers.")
)

# The text of the first element of that name, or NA.
xml_value <- function(text, name) {
  pattern <- paste0("<", name, ">([^<]*)</", name, ">")
  found <- regmatches(text, regexec(pattern, text))[[1]]
  if (!length(found)) {
    return(NA_character_)
  }
  named <- c("&lt;" = "<", "&gt;" = ">", "&quot;" = "\"", "&apos;" = "'", "&amp;" = "&")
  for (entity in names(named)) {
    found[[2]] <- gsub(entity, named[[entity]], found[[2]], fixed = TRUE)
  }
  found[[2]]
}

# As S3 does it, so that the directory is the user's own.
s3_ensure_bucket <- function(con, path) {
  bucket <- s3_bucket(path)
  if (!alx_exists(con, paste0("/", bucket))) {
    target <- paste0("/", curl::curl_escape(bucket))
    s3_call(con, s3_target_request(con, "PUT", target), path)
  }
}
