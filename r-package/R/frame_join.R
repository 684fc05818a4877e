# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A frame meets a table that is in memory, chunk by chunk, by dplyr's own joins: these keep the
# order of the frame's rows, and what a row meets depends on that row alone.

#' @exportS3Method dplyr::left_join
left_join.alx_frame <- function(x, y, by = NULL, copy = FALSE, suffix = c(".x", ".y"), ...) {
  with_join(x, y, by, suffix, "left_join", ...)
}

#' @exportS3Method dplyr::inner_join
inner_join.alx_frame <- function(x, y, by = NULL, copy = FALSE, suffix = c(".x", ".y"), ...) {
  with_join(x, y, by, suffix, "inner_join", ...)
}

#' @exportS3Method dplyr::semi_join
semi_join.alx_frame <- function(x, y, by = NULL, copy = FALSE, ...) {
  with_join(x, y, by, NULL, "semi_join", ...)
}

#' @exportS3Method dplyr::anti_join
anti_join.alx_frame <- function(x, y, by = NULL, copy = FALSE, ...) {
  with_join(x, y, by, NULL, "anti_join", ...)
}

with_join <- function(frame, table, by, suffix, verb, ...) {
  if (...length() > 0) {
    refuse_arguments(verb, rlang::set_names(TRUE, ...names()[[1]] %||% "..."))
  }
  frame <- before_order(frame, verb)
  if (!is.data.frame(table)) {
    abort_unsupported(
      verb, "y", paste0("y is ", class(table)[[1]], ", not a data frame that is in memory")
    )
  }
  query <- query_of(frame)
  by <- join_columns(query$ptype, table, by, verb)
  step <- list(
    verb = "join", join = verb, table = dplyr::ungroup(table), by = by, suffix = suffix,
    inputs = names(query$ptype), label = paste0("by ", toString(by))
  )
  ptype <- joined(query$ptype, step)
  lapply(ptype, refuse_kind, list(verb = verb, label = "y"))
  if (!all(query$groups %in% names(ptype))) {
    abort_unsupported(verb, "y", "it would rename a column that the groups are made by")
  }
  kept <- names(ptype) %in% setdiff(names(query$ptype), names(by))
  origin <- rlang::set_names(query$origin[names(ptype)], names(ptype))
  origin[!kept] <- NA
  frame <- with_steps(frame, step)
  with_query(frame, ptype = ptype, origin = origin)
}

# c("the frame's" = "the table's").
join_columns <- function(ptype, table, by, verb) {
  if (is.null(by)) {
    by <- intersect(names(ptype), names(table))
    rlang::inform(paste0("Joining, by = ", deparse1(by)))
  }
  if (!is.character(by) || length(by) == 0) {
    abort_unsupported(verb, "by", "by must name columns")
  }
  by <- rlang::set_names(by, ifelse(nzchar(rlang::names2(by)), names(by), by))
  absent <- c(setdiff(names(by), names(ptype)), setdiff(by, names(table)))
  if (length(absent) > 0) {
    abort_alluxio(
      "alluxior_invalid", paste0(verb, "(): there is no column '", absent[[1]], "' to join by."),
      "Say by = c(\"the frame's column\" = \"the table's\")."
    )
  }
  by
}

joined <- function(rows, step) {
  join <- getExportedValue("dplyr", step$join)
  arguments <- list(rows, step$table, by = step$by)
  result <- do.call(join, c(arguments, if (!is.null(step$suffix)) list(suffix = step$suffix)))
  frame_of(as.list(result), nrow(result))
}
