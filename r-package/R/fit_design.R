# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# From a formula and a frame to a design: what the columns of the model's matrix are, so that C can
# make them of any chunk's rows (src/alxa_design.h). A design is a list of
#   terms        of the model, with the classes of its variables
#   expressions  by name: the variables, and (weights), (offset), (subset) where given
#   columns      the frame's columns that these read
#   variables    for each variable its kind and, of categories, its levels: see survey_variable()
#   parts        list(first, variable, tables) for C
#   names, assign, contrasts, xlevels   as those of stats::model.matrix() and lm()

fit_design <- function(formula, frame, extras, contrasts, env) {
  template <- frame_template(frame)
  design <- fit_expressions(formula, template, extras, env)
  survey <- survey_frame(frame, design)
  if (survey$rows == 0) {
    abort_alluxio(
      "alluxior_invalid", "0 (non-NA) cases: no row has a value for all that the model needs.",
      "Leave out columns that are mostly missing, or widen `subset`."
    )
  }
  with_matrix(with_survey(design, survey), contrasts)
}

fit_expressions <- function(formula, template, extras, env) {
  terms <- stats::terms(stats::as.formula(formula, env), data = template)
  if (attr(terms, "response") != 1) {
    abort_alluxio("alluxior_invalid", "formula has no response.", "Write it as y ~ x.")
  }
  variables <- as.list(attr(terms, "variables"))[-1]
  names(variables) <- vapply(variables, variable_name, "")
  given <- Filter(Negate(is.null), extras)
  expressions <- c(variables, given)
  formula_env <- environment(terms)
  # The response may be a matrix of successes and failures.
  check_by_row(expressions[[1]], names(template), formula_env, at_top = TRUE, also = "cbind")
  for (expression in expressions[-1]) {
    check_by_row(expression, names(template), formula_env, at_top = TRUE)
  }
  columns <- intersect(names(template), unlist(lapply(expressions, all.vars)))
  list(
    terms = terms, variable_names = names(variables), columns = columns,
    made_factor = vapply(expressions, is_plain_factor, NA),
    expressions = lapply(expressions, function(x) if (is_plain_factor(x)) x[[2]] else x)
  )
}

# The name that stats::model.frame() gives a variable.
variable_name <- function(expression) {
  paste(
    deparse(expression, width.cutoff = 500L, backtick = !is.symbol(expression)), collapse = " "
  )
}

# The values of all expressions in the rows of a chunk that take part: list(values, rows, omitted).
kept_values <- function(design, chunk) {
  values <- lapply(design$expressions, eval, chunk, environment(design$terms))
  for (name in names(values)) {
    check_value(name, values[[name]], nrow(chunk))
  }
  for (name in names(values)[design$made_factor]) {
    values[[name]] <- without_na_level(values[[name]])
  }
  among <- values[["(subset)"]]
  values[["(subset)"]] <- NULL
  keep <- .Call(alx_c_complete, values, as.double(nrow(chunk)), among)
  rows <- sum(keep)
  selected <- if (is.null(among)) nrow(chunk) else sum(is.na(among) | among)
  if (rows < nrow(chunk)) {
    values <- lapply(values, function(x) if (is.matrix(x)) x[keep, , drop = FALSE] else x[keep])
  }
  list(values = values, rows = rows, omitted = selected - rows)
}

check_value <- function(name, value, rows) {
  if (NROW(value) != rows) {
    refuse_expression(as.name(name), "does not have a value for each row")
  }
  right <- switch(name,
    "(subset)" = is.logical(value),
    "(weights)" = ,
    "(offset)" = is.numeric(value) && !inherits(value, "integer64"),
    is_model_value(value)
  )
  if (!right) {
    abort_alluxio(
      "alluxior_invalid",
      paste0(name, " is ", class(value)[[1]], ", which cannot be used there."),
      paste(
        "`subset` takes a logical expression, `weights` and `offset` a number for each row;",
        "write integer64 as as.double(x)."
      )
    )
  }
}

is_model_value <- function(x) {
  is_plain <- is.numeric(x) || is.character(x) || is.logical(x) || is.factor(x)
  (is_plain || inherits(x, c("Date", "POSIXct", "difftime"))) && !inherits(x, "integer64")
}

without_na_level <- function(x) if (is.factor(x)) factor(x, levels(x)) else x

# Looks at chunks until it is known, for each variable, what kind it is and which of its levels are
# there; levels that no row has are dropped, as lm() does.
survey_frame <- function(frame, design) {
  names <- design$variable_names
  start <- list(rows = 0, variables = stats::setNames(vector("list", length(names)), names))
  fold_rows(
    frame, design$columns, start,
    function(survey, chunk) survey_chunk(survey, design, chunk),
    function(survey) survey$rows > 0 && all(vapply(survey$variables, is_settled, NA))
  )
}

survey_chunk <- function(survey, design, chunk) {
  kept <- kept_values(design, chunk)
  if (kept$rows > 0) {
    survey$rows <- survey$rows + kept$rows
    for (name in names(survey$variables)) {
      survey$variables[[name]] <- survey_variable(
        survey$variables[[name]], kept$values[[name]], design$made_factor[[name]]
      )
    }
  }
  survey
}

# list(kind, example, ...): "number", "logical", "factor" (levels, used) or "values" (values: those
# that were seen, of which a factor is made).
survey_variable <- function(known, value, made_factor) {
  kind <- if (is.factor(value)) {
    "factor"
  } else if (made_factor || is.character(value)) {
    "values"
  } else if (is.logical(value)) {
    "logical"
  } else {
    "number"
  }
  known <- known %||% list(kind = kind, example = without_rows(value), made_factor = made_factor)
  if (kind == "factor") {
    used <- tabulate(value, nlevels(value)) > 0
    known$levels <- levels(value)
    known$used <- if (is.null(known$used)) used else known$used | used
  } else if (kind == "values") {
    known$values <- distinct_values(known$values, value)
  }
  known
}

without_rows <- function(x) if (is.matrix(x)) x[0, , drop = FALSE] else x[0]

is_settled <- function(variable) {
  switch(variable$kind,
    factor = all(variable$used),
    values = FALSE,
    TRUE
  )
}

`%||%` <- function(x, y) if (is.null(x)) y else x

with_survey <- function(design, survey) {
  design$variables <- lapply(survey$variables, with_levels)
  by_name <- vapply(design$variables, function(x) stats::.MFclass(class_example(x)), "")
  design$terms <- structure(design$terms, dataClasses = by_name)
  # .getXlevels() counts neither the response nor truth values.
  predictors <- design$variables[-1]
  has_levels <- vapply(predictors, function(x) x$kind %in% c("factor", "values"), NA)
  design$xlevels <- if (any(has_levels)) lapply(predictors[has_levels], `[[`, "levels")
  design
}

with_levels <- function(variable) {
  if (variable$kind == "factor") {
    variable$levels <- variable$levels[variable$used]
  } else if (variable$kind == "values") {
    variable$values <- sort(variable$values)
    labels <- as.character(variable$values)
    variable$levels <- unique(labels)
    variable$code <- match(labels, variable$levels)
  } else if (variable$kind == "logical") {
    variable$levels <- c("FALSE", "TRUE")
  }
  variable
}

# Without rows; what factor() makes is a factor.
class_example <- function(variable) {
  if (variable$made_factor) factor(character()) else variable$example
}

# One row for each level, so that model.matrix() says names and contrasts; it never sees the data.
with_matrix <- function(design, contrasts) {
  rows <- max(2, lengths(lapply(design$variables, `[[`, "levels")))
  example <- lapply(design$variables, example_values, rows)
  example[[1]] <- numeric(rows)
  matrix <- stats::model.matrix(
    design$terms, structure(frame_of(example, rows), terms = design$terms), contrasts
  )
  design$names <- colnames(matrix)
  design$assign <- attr(matrix, "assign")
  design$contrasts <- attr(matrix, "contrasts")
  tables <- lapply(names(design$variables), function(name) {
    level_tables(design$variables[[name]], design$contrasts[[name]])
  })
  names(tables) <- names(design$variables)
  columns <- design_columns(design$terms, tables)
  stopifnot(length(columns) == ncol(matrix))
  design$parts <- list(
    first = as.integer(cumsum(c(0, lengths(columns)))),
    variable = as.integer(unlist(lapply(columns, vapply, `[[`, 0, "variable"))) - 1L,
    tables = unlist(lapply(columns, lapply, `[[`, "table"), recursive = FALSE)
  )
  design
}

example_values <- function(variable, rows) {
  switch(variable$kind,
    number = rep(1, rows),
    logical = rep_len(c(FALSE, TRUE), rows),
    factor(
      rep_len(variable$levels, rows), variable$levels, exclude = NULL,
      ordered = is.ordered(variable$example)
    )
  )
}

# What each level stands for: in the columns of the contrasts, and in a column for each level.
level_tables <- function(variable, contrast) {
  if (variable$kind == "number") {
    return(NULL)
  }
  if (is.null(contrast)) {
    return(list(contrasts = NULL, all = NULL))
  }
  levels <- factor(variable$levels, variable$levels, exclude = NULL)
  stats::contrasts(levels) <- contrast
  list(contrasts = unname(stats::contrasts(levels)), all = diag(length(variable$levels)))
}

# For each column of the matrix its parts, in the order of model.matrix(): of the variables of a
# term the first varies fastest.
design_columns <- function(terms, tables) {
  factors <- matrix_codes(terms, tables)
  columns <- if (attr(terms, "intercept")) list(list()) else list()
  for (j in seq_len(ncol(factors) %||% 0)) {
    choices <- lapply(which(factors[, j] > 0), function(i) {
      variable_parts(i, tables[[i]], factors[i, j])
    })
    columns <- c(columns, Reduce(combinations, choices, list(list())))
  }
  columns
}

# The terms' codes: 1 by contrasts, 2 by a column for each level. Without an intercept the first
# factor has a column for each level.
matrix_codes <- function(terms, tables) {
  factors <- attr(terms, "factors")
  if (length(factors) == 0) {
    return(NULL)
  }
  # What has the response in it is dropped.
  factors <- factors[, factors[1, ] == 0, drop = FALSE]
  if (!attr(terms, "intercept")) {
    categories <- factors > 0 & !vapply(tables[rownames(factors)], is.null, NA)
    first <- which(categories)
    factors[first[seq_len(min(1, length(first)))]] <- 2L
  }
  factors
}

variable_parts <- function(i, tables, code) {
  if (is.null(tables)) {
    return(list(list(list(variable = i, table = NULL))))
  }
  table <- if (code == 1) tables$contrasts else tables$all
  lapply(seq_len(ncol(table)), function(k) list(list(variable = i, table = table[, k])))
}

combinations <- function(former, latter) {
  unlist(
    lapply(latter, function(last) lapply(former, function(first) c(first, last))),
    recursive = FALSE
  )
}

# The rows of a chunk that take part, as C takes them: list(variables, response, weights, offset,
# rows, omitted); weights and offset are NULL where there are none.
fit_rows <- function(design, chunk) {
  kept <- kept_values(design, chunk)
  offsets <- kept$values[c(design$variable_names[attr(design$terms, "offset")], "(offset)")]
  offsets <- Filter(Negate(is.null), offsets)
  weights <- kept$values[["(weights)"]]
  if (any(weights < 0)) {
    abort_alluxio(
      "alluxior_invalid", "missing or negative weights not allowed.", "Use weights >= 0."
    )
  }
  list(
    variables = unname(Map(coded, design$variables, kept$values[design$variable_names])),
    response = kept$values[[1]],
    weights = if (!is.null(weights)) as.double(weights),
    offset = if (length(offsets) > 0) as.double(Reduce(`+`, offsets)),
    rows = kept$rows, omitted = kept$omitted
  )
}

coded <- function(variable, value) {
  switch(variable$kind,
    number = as.double(unclass(value)),
    logical = as.integer(value) + 1L,
    factor = match(levels(value), variable$levels)[as.integer(value)],
    values = variable$code[match(value, variable$values)]
  )
}
