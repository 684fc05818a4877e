# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Which paths can be sent, and which name another file than they seem to.

# The path in UTF-8, or alluxior_invalid. Alluxio takes a backslash for a slash, and what follows a
# "?" never reaches the under file system, so that "/a?1" and "/a?2" are one file there.
checked_path <- function(path, name = "path", is_new = FALSE) {
  if (!rlang::is_string(path)) {
    abort_alluxio(
      "alluxior_invalid", paste0("`", name, "` is ", said(path), "."),
      "Give one path, such as \"/data/a.csv\"."
    )
  }
  path <- as_utf8(path)
  wrong <- what_is_wrong(path, is_new)
  if (length(wrong)) {
    shown <- encodeString(path, quote = "\"")
    message <- paste0("`", name, "` is ", shown, ": ", wrong[[1]])
    abort_alluxio("alluxior_invalid", message, wrong[[2]], path = path)
  }
  path
}

what_is_wrong <- function(path, is_new) {
  if (!validUTF8(path)) {
    return(c("it is not UTF-8.", "Convert it with iconv(): names in Alluxio are Unicode."))
  }
  if (!startsWith(path, "/")) {
    return(c("it does not begin with a slash.", "Give the whole path from the root."))
  }
  if (grepl("\\", path, fixed = TRUE)) {
    return(c("Alluxio takes a backslash for a slash.", "Use a name without backslashes."))
  }
  if (grepl("/(/|\\.{1,2}/|\\.{1,2}$)|./$", path, useBytes = TRUE)) {
    return(c("it has empty or dotted parts.", "Leave out //, /./, /../ and a slash at the end."))
  }
  if (is_new && grepl("?", path, fixed = TRUE)) {
    return(c("the under file system would lose what follows ?.", "Use a name without ?."))
  }
  character()
}

# What a UTF-8 file or a C locale hands over without a mark is UTF-8.
as_utf8 <- function(path) {
  is_unmarked <- Encoding(path) == "bytes" ||
    (Encoding(path) == "unknown" && !l10n_info()[["Latin-1"]])
  if (!is_unmarked) {
    return(enc2utf8(path))
  }
  Encoding(path) <- "UTF-8"
  path
}

parent_of <- function(path) {
  parent <- sub("/[^/]*$", "", path)
  if (nzchar(parent)) parent else "/"
}

name_of <- function(path) sub("^.*/", "", path)
