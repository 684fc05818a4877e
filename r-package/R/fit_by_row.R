# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A model's expressions are evaluated chunk by chunk, so that each must give a row the same value
# whatever rows are beside it. What is not known to do so is refused: poly(x, 2), say, would be
# another thing in each chunk, and the fit would be wrong without a word.

by_row_functions <- c(
  "(", "+", "-", "*", "/", "^", "%%", "%/%", "==", "!=", "<", ">", "<=", ">=", "!", "&", "|", "xor",
  "I", "offset", "ifelse", "is.na", "is.finite", "pmin", "pmax",
  "abs", "sign", "sqrt", "exp", "expm1", "log", "log2", "log10", "log1p", "floor", "ceiling",
  "trunc", "round", "signif", "cos", "sin", "tan", "acos", "asin", "atan", "atan2", "cosh", "sinh",
  "tanh", "gamma", "lgamma", "beta", "lbeta", "pnorm", "qnorm", "dnorm", "plogis", "qlogis",
  "as.numeric", "as.double", "as.integer", "as.logical", "as.character",
  "nchar", "tolower", "toupper", "trimws", "substr", "substring", "startsWith", "endsWith",
  "weekdays", "months"
)
# By row in their first argument; the others are the same for all rows.
by_row_with_sets <- c("%in%", "cut", "findInterval", "factor", "ordered")

# At the top of a variable there may be a plain factor() and the functions in 'also'.
check_by_row <- function(expression, columns, env, at_top = FALSE, also = character()) {
  if (is.symbol(expression)) {
    return(check_name(expression, columns, env))
  }
  if (!is.call(expression)) {
    return(invisible())
  }
  if (is_plain_factor(expression)) {
    check_plain_factor(expression, at_top)
    return(check_by_row(expression[[2]], columns, env))
  }
  call <- if (is.symbol(expression[[1]])) as.character(expression[[1]]) else ""
  arguments <- as.list(expression)[-1]
  if (call %in% by_row_with_sets) {
    check_sets(expression, columns, env)
    arguments <- arguments[1]
  } else if (!call %in% c(by_row_functions, also)) {
    refuse_expression(expression, "is not known to work row by row")
  }
  for (argument in arguments) {
    check_by_row(argument, columns, env)
  }
}

check_name <- function(name, columns, env) {
  text <- as.character(name)
  if (text %in% columns) {
    return(invisible())
  }
  value <- get0(text, envir = env)
  if (is.null(value)) {
    refuse_expression(name, "is neither a column nor a variable")
  }
  if (!is.atomic(value) || length(value) != 1) {
    refuse_expression(name, "is no column, and is not a single value")
  }
}

# factor(x) and as.factor(x): which levels there are is known only when all rows have been seen.
is_plain_factor <- function(expression) {
  is.call(expression) && (
    identical(expression[[1]], quote(as.factor)) ||
      (identical(expression[[1]], quote(factor)) && !"levels" %in% names(expression) &&
         length(expression) < 3)
  )
}

check_plain_factor <- function(expression, at_top) {
  if (!at_top) {
    refuse_expression(expression, "has other levels in each chunk when it is a part of a term")
  }
}

check_sets <- function(expression, columns, env) {
  sets <- as.list(expression)[-(1:2)]
  inside <- unlist(lapply(sets, all.vars))
  if (any(inside %in% columns) || length(sets) == 0) {
    refuse_expression(expression, "needs all rows at once")
  }
  is_cut <- identical(expression[[1]], quote(cut))
  if (is_cut && length(eval(match.call(cut.default, expression)$breaks, env)) < 2) {
    refuse_expression(expression, "makes its own breaks, which needs all rows at once")
  }
  is_factor <- as.character(expression[[1]]) %in% c("factor", "ordered")
  if (is_factor && is.null(match.call(factor, expression)$levels)) {
    refuse_expression(expression, "has other levels in each chunk")
  }
}

refuse_expression <- function(expression, why) {
  abort_alluxio(
    "alluxior_invalid",
    paste0("`", deparse1(expression), "` ", why, "."),
    paste(
      "Use columns, single values, and functions that work row by row (?alx_lm lists them);",
      "else add the value to the frame as a column, or alx_collect() what fits into memory."
    )
  )
}
