# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# summary() of a frame, by one pass.

#' @export
summary.alx_frame <- function(object, ...) {
  frame <- opened(before_order(object, "summary"))
  ptype <- frame$query$ptype
  calls <- unlist(Map(calls_about, names(ptype), ptype), recursive = FALSE, use.names = FALSE)
  start <- list(rows = 0, states = lapply(calls, function(call) NULL))
  state <- fold(row_slices(frame, names(ptype)), start, function(state, rows) {
    table <- list(ids = rep(1L, nrow(rows)), n = 1L)
    states <- Map(added_rows, calls, state$states, list(rows), list(table))
    list(rows = state$rows + nrow(rows), states = states)
  })
  values <- Map(function(call, state) {
    suppressWarnings(call$aggregate$result(state, 1L, call))
  }, calls, state$states)
  said <- vapply(calls, `[[`, "", "about")
  column <- vapply(calls, `[[`, "", "column")
  text <- function(about) {
    found <- rlang::set_names(rep("", length(ptype)), names(ptype))
    found[column[said == about]] <- vapply(values[said == about], value_said, "")
    unname(found)
  }
  about_columns <- list(
    column = names(ptype), class = vapply(ptype, column_class, "", USE.NAMES = FALSE),
    missing = vapply(values[said == "missing"], as.double, 0),
    min = text("min"), mean = text("mean"), max = text("max")
  )
  about <- frame_of(about_columns, length(ptype))
  structure(about, rows = state$rows, class = c("alx_summary", "data.frame"))
}

# What is asked about a column: what its class has an answer for.
calls_about <- function(name, ptype) {
  call_of <- function(about, aggregate, value) {
    list(
      column = name, about = about, aggregate = aggregates()[[aggregate]], values = list(value),
      na_rm = TRUE, ptype = ptype, verb = "summary",
      label = name,
      ptype_is_double = is.double(ptype) && !is_int64(ptype)
    )
  }
  has <- function(aggregate) column_class(ptype) %in% aggregates()[[aggregate]]$kinds
  column <- as.name(name)
  missing <- call_of("missing", "sum", call("is.na", column))
  missing$ptype <- logical()
  missing$ptype_is_double <- FALSE
  c(
    list(missing),
    if (has("min") && !is.character(ptype)) {
      list(call_of("min", "min", column), call_of("max", "max", column))
    },
    if (has("mean")) list(call_of("mean", "mean", column))
  )
}

value_said <- function(value) if (is.na(value)) "" else format(value, digits = 4)

#' @export
print.alx_summary <- function(x, ...) {
  cat(counted(attr(x, "rows"), "row"), "\n", sep = "")
  print(structure(x, class = "data.frame", rows = NULL), row.names = FALSE, ...)
  invisible(x)
}
