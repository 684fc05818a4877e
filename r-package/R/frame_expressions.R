# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Expressions over the columns of a frame. What the user wrote is checked against the functions
# that are known (frame_functions.R) and put into one form: names are columns, and each part that
# has no column in it was evaluated once, where the user wrote it, and is in it as a value.

#' What expressions over a frame may say
#'
#' [alx_verbs] on a frame are done chunk by chunk. So they know the functions of this page, whose
#' answer for a row follows from that row, and refuse all others with `alluxior_unsupported`.
#'
#' A part of an expression that names no column may be anything: `x > mean(other)` or
#' `day >= Sys.Date() - 7` evaluate it once, when the verb is called, where it is written. It gives
#' one value, or for the second argument of `%in%`, for `levels` and for `breaks` several.
#' `.data$x`, `.env$x`, `!!` and `{{ }}` are as dplyr has them. A function of yours that has the
#' name of one of these is not taken for it.
#'
#' In `filter()`, `mutate()`, `group_by()`, `arrange()` (there also in `desc()`) and within the
#' functions of `summarise()`:
#' * arithmetic, comparison and logic: `+ - * / ^ %% %/% == != < <= > >= & | ! xor ( between near`
#' * numbers: `abs sign sqrt exp expm1 log log2 log10 log1p floor ceiling round signif trunc sin cos
#'   tan asin acos atan atan2 sinh cosh tanh pmin pmax cut findInterval`
#' * missing values: `is.na is.nan is.finite is.infinite coalesce na_if`
#' * choices: `ifelse if_else case_when %in% match`
#' * text: `nchar substr substring tolower toupper trimws startsWith endsWith grepl sub gsub paste
#'   paste0 sprintf strtoi`
#' * conversions: `as.logical as.integer as.numeric as.double as.character as.integer64 factor
#'   as.Date as.POSIXct difftime`
#' * parts of dates and times: `format strftime weekdays months`, as in
#'   `as.integer(format(day, "%Y"))`
#'
#' Where R looks at a whole vector to answer, the answer must be said: `as.Date()` and
#' `as.POSIXct()` of text need `format`, `difftime()` needs `units`, `factor()` needs `levels`,
#' `cut()` needs breaks, `format()` takes dates and times with a format only, and times become text
#' by `format()` alone. `ifelse()` takes two values of one type.
#'
#' In `summarise()`, in expressions of these: `n sum mean min max var sd any all first last
#' n_distinct median`, with one column or expression and `na.rm`. Their states are put together from
#' chunks; sums of integers are exact. `n_distinct()`, groups and `distinct()` keep what is
#' different in memory, and refuse to keep more than `options(alluxior.result_bytes)`. `median()` is
#' exact, takes two to four passes of its own, and is known without groups only; for other quantiles
#' there is [alx_quantile()].
#'
#' In `summarise()`, `mutate()` and `transmute()`, `across()` stands for an expression for each
#' column and function: `across(where(is.numeric), mean, na.rm = TRUE)`,
#' `across(c(x, y), ~ .x / 2)`, `across(x, list(low = min, high = max), .names = "{.fn}_{.col}")`.
#' The functions are written there, by name, as formulas or as `function(x)`.
#'
#' What is different from dplyr on a data frame:
#' * `arrange()` orders text by code points, as dplyr does from version 1.1
#' * `ifelse()` gives the type of its values also where no test is TRUE or FALSE
#' * `n()` of more than 2^31 - 1 rows is a double
#' * results that are rounded may differ in the last digits: sums are added up in another order
#'
#' @name alx_expressions
#' @family frames
NULL

# A quosure in that form. 'context' is list(verb, label, columns), for summarise() also
# list(aggregate, results) (frame_summarise.R).
compiled <- function(quosure, context) {
  compiled_part(rlang::quo_get_expr(quosure), rlang::quo_get_env(quosure), context)
}

context_of <- function(verb, quosure, columns, ...) {
  list(verb = verb, label = rlang::as_label(quosure), columns = columns, ...)
}

compiled_part <- function(part, env, context) {
  if (rlang::is_quosure(part)) {
    return(compiled_part(rlang::quo_get_expr(part), rlang::quo_get_env(part), context))
  }
  if (!depends_on_rows(part, context)) {
    return(constant_value(part, env, context))
  }
  if (is.symbol(part)) {
    return(column_symbol(as.character(part), context))
  }
  if (is_pronoun(part, ".data")) {
    return(column_symbol(pronoun_name(part, env, context), context))
  }
  compiled_call(part, env, context)
}

# Whether its value differs from row to row: it names a column, or calls what looks at rows.
depends_on_rows <- function(part, context) {
  if (is.symbol(part)) {
    return(as.character(part) %in% c(context$columns, context$results))
  }
  if (rlang::is_quosure(part)) {
    return(depends_on_rows(rlang::quo_get_expr(part), context))
  }
  if (!is.call(part) || is_pronoun(part, ".env")) {
    return(FALSE)
  }
  is_pronoun(part, ".data") || called(part) %in% looks_at_rows ||
    any(vapply(arguments_of(part), depends_on_rows, NA, context))
}

# Those of a call that are not left empty, as in x[1, ].
arguments_of <- function(call) {
  arguments <- as.list(call)[-1]
  is_empty <- function(i) identical(arguments[[i]], rlang::missing_arg())
  arguments[!vapply(seq_along(arguments), is_empty, NA)]
}

# Functions that look at rows even where no column is given to them.
looks_at_rows <- c(
  "n", "row_number", "ntile", "across", "if_any", "if_all", "c_across", "pick", "cur_data",
  "cur_data_all", "cur_group", "cur_group_id", "cur_group_rows", "cur_column", "consecutive_id"
)

# The name of the function that is called, without its package; "" for anything but a name.
called <- function(call) {
  head <- call[[1]]
  if (is.call(head) && as.character(head[[1]])[[1]] %in% c("::", ":::")) {
    head <- head[[3]]
  }
  if (is.symbol(head)) as.character(head) else ""
}

is_pronoun <- function(part, name) {
  is.call(part) && called(part) %in% c("$", "[[") && identical(part[[2]], as.name(name))
}

pronoun_name <- function(part, env, context) {
  name <- part[[3]]
  if (called(part) == "$") as.character(name) else constant_value(name, env, context)
}

column_symbol <- function(name, context) {
  if (name %in% context$results) {
    return(as.name(name))
  }
  if (!name %in% context$columns) {
    abort_alluxio(
      "alluxior_invalid",
      paste0(context$verb, "(", context$label, "): there is no column '", name, "'."),
      columns_said(context)
    )
  }
  if (!is.null(context$aggregate)) {
    abort_unsupported(context$verb, context$label, paste0(
      "column '", name, "' has many values for a group; give a function such as mean()"
    ))
  }
  as.name(name)
}

columns_said <- function(context) {
  paste0("The columns are ", toString(context$columns, width = 300), ".")
}

constant_value <- function(part, env, context) {
  value <- tryCatch(
    rlang::eval_tidy(part, list(), env),
    error = function(e) abort_expression(e, context, columns_said(context))
  )
  # NULL is for mutate(column = NULL).
  if (!is.null(value) && (!is.atomic(value) || !is.null(dim(value)) || is.raw(value))) {
    abort_unsupported(
      context$verb, context$label,
      paste0("'", rlang::as_label(part), "' is ", class(value)[[1]], ", no vector of values")
    )
  }
  names(value) <- NULL
  value
}

compiled_call <- function(call, env, context) {
  name <- called(call)
  if (!is.null(context$aggregate) && name %in% names(aggregates())) {
    check_meaning(call, name, env, aggregates()[[name]]$originals, context)
    return(context$aggregate(call, env))
  }
  known <- row_functions()[[name]]
  if (is.null(known)) {
    refuse_call(name, context)
  }
  check_meaning(call, name, env, original_functions(name), context)
  if (name == "case_when") {
    return(compiled_cases(call, env, context))
  }
  is_operator <- is.null(known$rows)
  arguments <- if (is_operator) arguments_of(call) else matched_arguments(call, known, context)
  parts <- lapply(arguments, compiled_part, env, context)
  check_constants(parts, known, context)
  if (name == "between" && length(parts) == 3) {
    return(bquote(.(parts[[1]]) >= .(parts[[2]]) & .(parts[[1]]) <= .(parts[[3]])))
  }
  as.call(c(as.name(name), parts))
}

refuse_call <- function(name, context) {
  why <- if (name %in% names(aggregates())) {
    paste0(name, "() looks at more than one row")
  } else {
    paste0(if (nzchar(name)) name else "a computed function", "() is not among the known functions")
  }
  abort_unsupported(context$verb, context$label, why)
}

# A function of the user's, or of another package, may have the name of one that is known.
check_meaning <- function(call, name, env, originals, context) {
  head <- call[[1]]
  found <- if (is.symbol(head)) {
    get0(name, env, mode = "function")
  } else {
    tryCatch(eval(head, baseenv()), error = function(e) NULL)
  }
  known <- is.null(found) && is.symbol(head) ||
    any(vapply(originals, identical, NA, found, ignore.bytecode = TRUE, ignore.srcref = TRUE))
  if (!known) {
    abort_unsupported(
      context$verb, context$label,
      paste0(name, "() here is not the function that R has by that name")
    )
  }
}

original_functions <- function(name) {
  homes <- c("base", "dplyr", "bit64")
  homes <- homes[vapply(homes, is_installed, NA)]
  exported <- homes[vapply(homes, function(home) name %in% getNamespaceExports(home), NA)]
  base <- if (exists(name, baseenv(), inherits = FALSE)) list(get(name, baseenv()))
  c(base, lapply(setdiff(exported, "base"), function(home) getExportedValue(home, name)))
}

# The arguments by their names.
matched_arguments <- function(call, known, context) {
  definition <- if (is.primitive(known$fn)) args(known$fn) else known$fn
  matched <- tryCatch(
    match.call(definition, call, expand.dots = FALSE),
    error = function(e) {
      abort_unsupported(context$verb, context$label, conditionMessage(e))
    }
  )
  arguments <- as.list(matched)[-1]
  dots <- which(names(arguments) == "...")
  if (length(dots) == 0) {
    return(arguments)
  }
  named <- names(arguments[[dots]])
  if (any(nzchar(named))) {
    abort_unsupported(
      context$verb, context$label,
      paste0("the argument '", named[nzchar(named)][[1]], "' of ", called(call), "() is not known")
    )
  }
  c(as.list(arguments[[dots]]), arguments[-dots])
}

# One value stands for all rows; more could only be meant for the rows of one chunk.
check_constants <- function(parts, known, context) {
  names <- rlang::names2(parts)
  is_by_row <- is.null(known$rows) | names %in% known$rows | !nzchar(names)
  is_constant <- !vapply(parts, is.language, NA)
  for (i in seq_along(parts)) {
    if (!is_constant[[i]] && !is_by_row[[i]]) {
      abort_unsupported(
        context$verb, context$label, paste0("'", names[[i]], "' must be the same for all rows")
      )
    }
    if (is_constant[[i]] && !names[[i]] %in% known$free && length(parts[[i]]) != 1) {
      abort_unsupported(
        context$verb, context$label,
        paste0("there is a constant of ", length(parts[[i]]), " values where one is needed")
      )
    }
  }
}

compiled_cases <- function(call, env, context) {
  compiled_case <- function(case) {
    if (!rlang::is_formula(case, lhs = TRUE)) {
      abort_unsupported(
        context$verb, context$label, "each case must be a formula: condition ~ value"
      )
    }
    sides <- lapply(as.list(case)[-1], compiled_part, env, context)
    check_constants(sides, list(rows = NULL), context)
    as.call(c(as.name("~"), sides))
  }
  as.call(c(as.name("case_when"), lapply(arguments_of(call), compiled_case)))
}

# The value of an expression for the rows of a chunk: one for each, or one for all. 'context' has
# the verb and the label.
evaluated <- function(expression, rows, context) {
  if (!is.language(expression)) {
    return(expression)
  }
  tryCatch(
    eval(expression, as.list(rows), row_functions_env()),
    error = function(e) {
      if (inherits(e, "alluxior_refused_values")) {
        abort_unsupported(context$verb, context$label, conditionMessage(e))
      }
      abort_expression(e, context, "Correct the expression.")
    }
  )
}

abort_expression <- function(error, context, remedy) {
  said <- sub("[.]$", "", conditionMessage(error))
  abort_alluxio(
    "alluxior_invalid", paste0(context$verb, "(", context$label, "): ", said, "."), remedy
  )
}

# The value for two rows of NA: what kind of values it gives, and whether it can be evaluated at
# all. Rows of NA and not no rows, for which some functions of R give nothing right.
probe <- function(expression, ptype, context) {
  rows <- frame_of(lapply(ptype, missing_values, 2), 2)
  value <- suppressWarnings(evaluated(expression, rows, context))
  if (length(value) != (if (is.language(expression)) 2 else 1)) {
    abort_unsupported(context$verb, context$label, "does not give one value for each row")
  }
  plain_column(value, 2)
}

# `verb` is the function's name; `label` is what the user wrote, `why` what is wrong with it.
abort_unsupported <- function(verb, label, why) {
  abort_alluxio(
    "alluxior_unsupported",
    paste0(verb, "(", label, ") cannot be done chunk by chunk: ", why, "."),
    paste0(
      "collect() the rows and columns that it needs, then use ", verb,
      "() on the data frame; ?alx_expressions lists what is known."
    ),
    verb = verb
  )
}
