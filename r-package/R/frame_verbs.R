# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# dplyr's verbs that are done later, chunk by chunk: each adds steps to the query.

#' dplyr's verbs on a frame
#'
#' A frame of [alx_open_frame()] takes dplyr's verbs. Some are only written down and done when
#' rows are read, one chunk at a time; others read the chunks that they need at once and give a
#' data frame. What cannot be done so is an error of class `alluxior_unsupported`, which names
#' [dplyr::collect()] as the way out, never an answer for each chunk.
#'
#' * later: `select()`, `rename()`, `rename_with()`, `relocate()`, `filter()`, `mutate()`,
#'   `transmute()`, `group_by()`, `ungroup()`, `arrange()`; with a data frame `left_join()`,
#'   `inner_join()`, `semi_join()`, `anti_join()`
#' * at once: `summarise()`, `count()`, `tally()`, `distinct()`, `slice_head()`, `slice_sample()`,
#'   `pull()`, `collect()`, `head()`
#' * at once, as a frame: `compute()`
#'
#' Groups are those of the whole frame. `filter()` and `mutate()` look at one row at a time
#' ([alx_expressions] lists what they know), so that groups make no difference to them.
#' `arrange()` comes last, before `head()`, `slice_head()`, `pull()` or `collect()`: with a number
#' of rows, no more than twice these and a chunk are in memory. Text is arranged by the code points
#' of its letters, whatever the locale. `slice_sample()` draws the rows that dplyr draws after the
#' same [set.seed()].
#'
#' `compute()` writes the rows as a new frame; it takes `path`, and `con`, `chunk_rows`,
#' `overwrite` and `write_type` as [alx_write_frame()].
#'
#' @name alx_verbs
#' @family frames
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' if (requireNamespace("dplyr", quietly = TRUE)) {
#'   hot <- dplyr::filter(frame, Temp > 80, !is.na(Ozone))
#'   print(hot)
#'   print(dplyr::summarise(dplyr::group_by(hot, Month), days = dplyr::n(), ozone = mean(Ozone)))
#'   head(dplyr::arrange(hot, dplyr::desc(Ozone)), 3)
#' }
NULL

#' @exportS3Method dplyr::filter
filter.alx_frame <- function(.data, ..., .by = NULL, .preserve = FALSE) {
  refuse_arguments("filter", .by = !missing(.by), .preserve = !isFALSE(.preserve))
  frame <- before_order(.data, "filter")
  conditions <- rlang::enquos(...)
  refuse_names("filter", conditions)
  for (condition in conditions) {
    frame <- with_condition(frame, condition)
  }
  frame
}

refuse_names <- function(verb, quosures) {
  named <- names(quosures)[nzchar(names(quosures))]
  if (length(named) > 0) {
    abort_alluxio(
      "alluxior_invalid",
      paste0(verb, "(): '", named[[1]], "' is an argument that it does not have."),
      paste0("Compare with two equal signs: ", named[[1]], " == ...")
    )
  }
}

with_condition <- function(frame, quosure) {
  query <- query_of(frame)
  context <- context_of("filter", quosure, names(query$ptype))
  condition <- compiled(quosure, context)
  value <- probe(condition, query$ptype, context)
  if (!is.logical(value)) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("filter(", context$label, "): gives ", class(value)[[1]], ", not TRUE or FALSE."),
      "Give a comparison."
    )
  }
  passing <- chunks_passing(condition, query$origin, .subset2(frame, "manifest"))
  frame <- with_steps(frame, list(verb = "filter", condition = condition, label = context$label))
  with_query(frame, chunks = query$chunks & passing)
}

#' @exportS3Method dplyr::mutate
mutate.alx_frame <- function(.data, ..., .by = NULL, .keep = "all", .before = NULL,
                             .after = NULL) {
  refuse_arguments(
    "mutate", .by = !missing(.by), .keep = !identical(.keep, "all"), .before = !missing(.before),
    .after = !missing(.after)
  )
  frame <- before_order(.data, "mutate")
  with_columns(frame, "mutate", expanded_across("mutate", rlang::enquos(...), frame))
}

#' @exportS3Method dplyr::transmute
transmute.alx_frame <- function(.data, ...) {
  frame <- before_order(.data, "transmute")
  quosures <- expanded_across("transmute", rlang::enquos(...), frame)
  frame <- with_columns(frame, "transmute", quosures)
  kept <- union(query_of(frame)$groups, names(quosures))
  with_selection(frame, rlang::set_names(intersect(kept, names(frame))))
}

with_columns <- function(frame, verb, quosures) {
  for (i in seq_along(quosures)) {
    frame <- with_column_of(frame, verb, names(quosures)[[i]], quosures[[i]])
  }
  frame
}

with_column_of <- function(frame, verb, name, quosure) {
  query <- query_of(frame)
  context <- context_of(verb, quosure, names(query$ptype))
  if (name %in% query$groups) {
    abort_alluxio(
      "alluxior_invalid", paste0(verb, "(): '", name, "' is a column that the groups are made by."),
      "ungroup() first, or give another name."
    )
  }
  value <- compiled(quosure, context)
  if (is.null(value)) {
    return(with_selection(frame, rlang::set_names(setdiff(names(frame), name))))
  }
  ptype <- elements_at(probe(value, query$ptype, context), integer())
  refuse_kind(ptype, context)
  query$ptype[[name]] <- ptype
  query$origin[[name]] <- if (is.symbol(value)) query$origin[[as.character(value)]] else NA
  frame <- with_steps(
    frame, list(verb = "mutate", name = name, value = value, ptype = ptype, label = context$label)
  )
  with_query(frame, ptype = query$ptype, origin = query$origin)
}

# What a frame can hold.
refuse_kind <- function(ptype, context) {
  class <- column_class(ptype)
  extra <- setdiff(names(attributes(ptype)), known_attributes[[class]])
  if (class == "" || length(extra) > 0) {
    abort_unsupported(
      context$verb, context$label,
      paste0("it gives ", paste(class(ptype), collapse = "/"), ", which a frame does not hold")
    )
  }
}

#' @exportS3Method dplyr::select
select.alx_frame <- function(.data, ...) {
  frame <- before_order(.data, "select")
  ptype <- query_of(frame)$ptype
  at <- tidyselect::eval_select(rlang::expr(c(...)), ptype)
  from <- rlang::set_names(names(ptype)[at], names(at))
  missing <- setdiff(query_of(frame)$groups, from)
  if (length(missing) > 0) {
    rlang::inform(paste0("Adding missing grouping variables: `", toString(missing), "`"))
  }
  with_selection(frame, c(rlang::set_names(missing), from))
}

#' @exportS3Method dplyr::rename
rename.alx_frame <- function(.data, ...) {
  frame <- before_order(.data, "rename")
  at <- tidyselect::eval_rename(rlang::expr(c(...)), query_of(frame)$ptype)
  names <- names(frame)
  names[at] <- names(at)
  with_names(frame, names)
}

#' @exportS3Method dplyr::rename_with
rename_with.alx_frame <- function(.data, .fn, .cols = dplyr::everything(), ...) {
  frame <- before_order(.data, "rename_with")
  ptype <- query_of(frame)$ptype
  with_names(frame, names(dplyr::rename_with(ptype, .fn, {{ .cols }}, ...)))
}

#' @exportS3Method dplyr::relocate
relocate.alx_frame <- function(.data, ..., .before = NULL, .after = NULL) {
  frame <- before_order(.data, "relocate")
  ptype <- query_of(frame)$ptype
  at <- rlang::set_names(seq_along(ptype), names(ptype))
  order <- names(dplyr::relocate(ptype, ..., .before = {{ .before }}, .after = {{ .after }}))
  if (!setequal(order, names(at))) {
    abort_unsupported("relocate", "new names", "it only moves columns; rename() them")
  }
  with_selection(frame, rlang::set_names(order))
}

with_names <- function(frame, names) {
  right <- length(names) == ncol(frame) && !anyNA(names) && all(nzchar(names)) &&
    !anyDuplicated(names)
  if (!right) {
    abort_alluxio(
      "alluxior_invalid", paste0("names: ", toString(names, width = 100), " cannot be names."),
      "Give each column a different, non-empty name."
    )
  }
  with_selection(frame, rlang::set_names(base::names(frame), names))
}

# Columns by c("new name" = "former name").
with_selection <- function(frame, from) {
  query <- query_of(frame)
  groups <- base::names(from)[match(query$groups, from)]
  frame <- with_steps(frame, list(verb = "select", from = from))
  with_query(
    frame,
    ptype = frame_of(renamed_columns(query$ptype, from), 0),
    origin = rlang::set_names(query$origin[from], names(from)),
    groups = groups[!is.na(groups)]
  )
}

#' @exportS3Method dplyr::group_by
group_by.alx_frame <- function(.data, ..., .add = FALSE, .drop = NULL) {
  frame <- before_order(.data, "group_by")
  quosures <- rlang::enquos(..., .named = TRUE)
  ungrouped <- with_query(frame, groups = character())
  frame <- with_columns(ungrouped, "group_by", computed(quosures, frame))
  groups <- unique(c(if (.add) query_of(.data)$groups, names(quosures)))
  with_query(frame, groups = groups, drop = .drop %||% query_of(.data)$drop)
}

# Those of the quosures that are more than a column under its own name.
computed <- function(quosures, frame) {
  is_column <- function(name, quosure) {
    identical(rlang::quo_get_expr(quosure), as.name(name)) && name %in% names(frame)
  }
  quosures[!mapply(is_column, names(quosures), quosures)]
}

`%||%` <- function(x, y) if (is.null(x)) y else x

#' @exportS3Method dplyr::ungroup
ungroup.alx_frame <- function(x, ...) {
  dropped <- names(tidyselect::eval_select(rlang::expr(c(...)), query_of(x)$ptype))
  with_query(x, groups = if (...length() > 0) setdiff(query_of(x)$groups, dropped) else character())
}

#' @exportS3Method dplyr::group_vars
group_vars.alx_frame <- function(x) query_of(x)$groups

#' @exportS3Method dplyr::groups
groups.alx_frame <- function(x) rlang::syms(query_of(x)$groups)

#' @exportS3Method dplyr::arrange
arrange.alx_frame <- function(.data, ..., .by_group = FALSE) {
  frame <- .data
  quosures <- rlang::enquos(...)
  if (.by_group) {
    quosures <- c(lapply(rlang::syms(query_of(frame)$groups), rlang::new_quosure), quosures)
  }
  order <- lapply(unname(as.list(quosures)), order_part, frame)
  with_query(frame, order = c(order, query_of(frame)$order))
}

order_part <- function(quosure, frame) {
  ptype <- query_of(frame)$ptype
  context <- context_of("arrange", quosure, names(ptype))
  expression <- rlang::quo_get_expr(quosure)
  decreasing <- is.call(expression) && called(expression) == "desc" && length(expression) == 2
  if (decreasing) {
    env <- rlang::quo_get_env(quosure)
    check_meaning(expression, "desc", env, original_functions("desc"), context)
    quosure <- rlang::new_quosure(expression[[2]], env)
  }
  value <- compiled(quosure, context)
  probe(value, ptype, context)
  list(verb = "arrange", label = context$label, value = value, decreasing = decreasing)
}

# An arranged frame takes nothing more, so that the order is that of the result.
before_order <- function(frame, verb) {
  if (length(query_of(frame)$order) > 0) {
    abort_unsupported(verb, "...", "the frame is arranged; give arrange() last")
  }
  frame
}

# Arguments of a verb, each TRUE where it was given.
refuse_arguments <- function(verb, ...) {
  given <- names(which(c(...)))
  if (length(given) > 0) {
    abort_unsupported(verb, paste(given[[1]], "= ..."), "that argument is not known for frames")
  }
}
