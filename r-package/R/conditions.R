# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Conditions that alluxior raises
#'
#' Every failure is an error of class `alluxior_error` and of one class below, so that
#' `tryCatch(..., alluxior_not_found = function(e) ...)` catches just one kind. The message says
#' what went wrong, where, and what to do about it. The fields of the condition are `path` (of the
#' file or directory in Alluxio, or `NULL`), `what` and `remedy` (the two parts of the message), and
#' others where they help.
#'
#' | class | what happened |
#' |---|---|
#' | `alluxior_not_found` | there is no such path |
#' | `alluxior_exists` | something is at that path already |
#' | `alluxior_permission` | the user may not do this |
#' | `alluxior_invalid` | an argument, an option or a name cannot be right; nothing was changed |
#' | `alluxior_state` | the state of the system speaks against it: a directory is not empty |
#' | `alluxior_no_room` | the workers have no room |
#' | `alluxior_unavailable` | a server was not reached, or is not ready |
#' | `alluxior_timeout` | a deadline passed; whether a change has happened is not known |
#' | `alluxior_rest_off` | the proxy's REST interface is switched off |
#' | `alluxior_changed` | the file was changed or replaced while it was read |
#' | `alluxior_corrupt` | an answer or a file is not in the form that it must have |
#' | `alluxior_not_durable` | what was written is not in the under file system |
#' | `alluxior_unsupported` | it cannot be done to a frame chunk by chunk |
#' | `alluxior_memory` | it would take more memory than allowed, or than there is |
#' | `alluxior_server` | the server met an error of its own |
#'
#' @name alluxior_error
#' @family connections
#' @aliases alluxior_not_found alluxior_exists alluxior_permission alluxior_invalid alluxior_state
#'   alluxior_no_room alluxior_unavailable alluxior_timeout alluxior_rest_off alluxior_changed
#'   alluxior_corrupt alluxior_not_durable alluxior_unsupported alluxior_memory alluxior_server
#' @examples
#' tryCatch(
#'   alluxior:::abort_alluxio("alluxior_not_found", "/a: there is no such path", "Check the name."),
#'   alluxior_not_found = function(e) e$remedy
#' )
NULL

# The only place that raises. `class` is one of the table above; `message` says what and where;
# `remedy` is a sentence that says what to do; `...` are further fields of the condition.
abort_alluxio <- function(class, message, remedy, ..., path = NULL) {
  rlang::abort(
    c(message, i = remedy),
    class = c(class, "alluxior_error"),
    call = NULL,
    what = message,
    remedy = remedy,
    path = path,
    ...
  )
}
