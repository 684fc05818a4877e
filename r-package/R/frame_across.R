# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# across() in summarise(), mutate() and transmute(): it stands for one expression for each column
# and function, as if the user had written them.

# The quosures with those in place of each across(); each has a name.
expanded_across <- function(verb, quosures, frame) {
  parts <- lapply(seq_along(quosures), function(i) {
    if (is_across(quosures[[i]])) across_quosures(verb, quosures[i], frame) else quosures[i]
  })
  rlang::quos_auto_name(rlang::new_quosures(do.call(c, c(list(list()), lapply(parts, as.list)))))
}

is_across <- function(quosure) {
  expression <- rlang::quo_get_expr(quosure)
  is.call(expression) && called(expression) == "across"
}

# What across() takes, for match.call().
across_arguments <- function(.cols, .fns, ..., .names) NULL

across_quosures <- function(verb, named, frame) {
  quosure <- named[[1]]
  context <- context_of(verb, quosure, names(frame))
  expression <- rlang::quo_get_expr(quosure)
  env <- rlang::quo_get_env(quosure)
  check_meaning(expression, "across", env, original_functions("across"), context)
  if (nzchar(rlang::names2(named))) {
    refuse_across(context, "its columns have names by '.names'")
  }
  given <- as.list(match.call(across_arguments, expression, expand.dots = FALSE))[-1]
  columns <- across_columns(given$.cols, env, frame, context)
  functions <- across_functions(given, context)
  names <- across_names(given, env, columns, names(functions), context)
  of_column <- function(column) lapply(functions, function(fn) fn(column))
  made <- unlist(lapply(columns, of_column), recursive = FALSE)
  if (verb != "summarise") {
    refuse_changed(made, rep(columns, each = length(functions)), names, context)
  }
  rlang::set_names(lapply(made, rlang::new_quosure, env), names)
}

refuse_across <- function(context, why) {
  abort_unsupported(context$verb, context$label, paste0("across(): ", why))
}

# Columns that the groups are made by are none of them.
across_columns <- function(columns, env, frame, context) {
  ptype <- query_of(frame)$ptype
  ptype <- ptype[setdiff(names(ptype), query_of(frame)$groups)]
  chosen <- if (is.null(columns)) quote(tidyselect::everything()) else columns
  at <- tidyselect::eval_select(rlang::new_quosure(chosen, env), ptype)
  if (!identical(names(at), names(ptype)[at])) {
    refuse_across(context, "it does not rename; use '.names'")
  }
  names(at)
}

# For each function one that gives the expression for a column; with names where there are several.
across_functions <- function(given, context) {
  fns <- given$.fns
  if (is.null(fns)) {
    refuse_across(context, "give a function, as in across(c(x, y), mean)")
  }
  several <- is.call(fns) && called(fns) == "list"
  listed <- if (several) as.list(fns)[-1] else list(fns)
  made <- lapply(listed, across_function, given[["..."]], context)
  if (several) {
    names <- rlang::names2(listed)
    names(made) <- ifelse(nzchar(names), names, seq_along(names))
  }
  made
}

across_function <- function(fn, more, context) {
  if (is_name_of_function(fn)) {
    return(function(column) as.call(c(fn, as.name(column), more)))
  }
  if (length(more) > 0) {
    refuse_across(context, "write further arguments into the function")
  }
  if (rlang::is_formula(fn, lhs = FALSE)) {
    return(function(column) with_column_for(fn[[2]], c(".x", "."), column))
  }
  if (is.call(fn) && called(fn) == "function" && length(fn[[2]]) == 1) {
    return(function(column) with_column_for(only_expression(fn[[3]]), names(fn[[2]]), column))
  }
  refuse_across(context, "functions are names, formulas or function(x), or a list() of these")
}

is_name_of_function <- function(fn) {
  is.symbol(fn) || is.call(fn) && as.character(fn[[1]])[[1]] %in% c("::", ":::")
}

# Of a body in braces.
only_expression <- function(body) if (rlang::is_call(body, "{", n = 1)) body[[2]] else body

with_column_for <- function(body, names, column) {
  values <- rlang::set_names(rep(list(as.name(column)), length(names)), names)
  do.call(substitute, list(body, values))
}

across_names <- function(given, env, columns, labels, context) {
  form <- if (is.null(labels)) "{.col}" else "{.col}_{.fn}"
  if (!is.null(given$.names)) {
    form <- constant_value(given$.names, env, context)
  }
  form <- gsub("{fn}", "{.fn}", gsub("{col}", "{.col}", form, fixed = TRUE), fixed = TRUE)
  if (grepl("[{}]", gsub("{.fn}", "", gsub("{.col}", "", form, fixed = TRUE), fixed = TRUE))) {
    refuse_across(context, "'.names' is known with {.col} and {.fn}")
  }
  unlist(lapply(columns, function(column) {
    vapply(labels %||% "1", function(label) {
      gsub("{.fn}", label, gsub("{.col}", column, form, fixed = TRUE), fixed = TRUE)
    }, "", USE.NAMES = FALSE)
  }))
}

# All are made of the columns as they were, but one after the other.
refuse_changed <- function(expressions, columns, names, context) {
  for (i in seq_along(expressions)) {
    others <- setdiff(all.vars(expressions[[i]]), columns[[i]])
    if (any(others %in% names[seq_len(i - 1)])) {
      refuse_across(context, paste0("'", intersect(others, names)[[1]], "' is changed by it, too"))
    }
  }
}
