# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Linear models of frames larger than memory
#'
#' `alx_lm()` fits what [stats::lm()] fits, in one pass over the frame with one chunk of its rows in
#' memory: by a QR decomposition that takes in chunk after chunk, never by the cross-product matrix,
#' which loses half of the digits. Coefficients that cannot be told apart are `NA` by the same rule
#' (LINPACK's limited pivoting). Rows with a missing value are left out, as by [stats::na.omit()],
#' and levels that no row has are dropped. Where there are factors, the frame is read beforehand
#' until all levels have been seen; for character columns and `factor(x)` to the end.
#'
#' The result is not of class `lm`: it has no residuals and no fitted values, and functions that
#' look for these would be silently wrong. `print()`, `summary()`, `coef()`, `vcov()`, `confint()`,
#' `anova()`, `predict()`, `logLik()`, `AIC()`, `BIC()`, `deviance()`, `nobs()` and `formula()` are
#' as for `lm`, but that the summary has no quantiles of residuals.
#'
#' @section Expressions:
#' Expressions in the formula, in `weights`, `subset` and `offset` are evaluated chunk by chunk.
#' They may use columns, single values, and functions that treat each row alone: arithmetic,
#' comparisons, `I()`, `ifelse()`, `is.na()`, `is.finite()`, `pmin()`, `pmax()`, the functions of
#' [base::Math] that are not cumulative, `gamma()` and `beta()` with their logarithms, `pnorm()`,
#' `qnorm()`, `dnorm()`, `plogis()`, `qlogis()`, `as.numeric()` and its kin, functions of strings
#' (`nchar()`, `substr()`, `tolower()`, `startsWith()`, ...), `weekdays()`, `months()`; `%in%`,
#' `findInterval()` and `cut()` with sets and breaks that are given; `factor(x)`, with or without
#' levels. Anything else, such as `poly(x, 2)`, `scale(x)` or `x - mean(x)`, is the error
#' `alluxior_invalid`: it would be another thing in each chunk.
#'
#' @param formula As for [stats::lm()]; `.` is all other columns.
#' @param frame A frame of [alx_open_frame()].
#' @param weights,subset,offset Expressions with columns of the frame, as for [stats::lm()];
#'   `subset` is logical.
#' @param contrasts As for [stats::lm()].
#' @param tol As for [stats::lm.fit()]: below it a column counts as a combination of others.
#' @return An object of class `alx_lm`.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' fit <- alx_lm(Ozone ~ Wind + Temp + factor(Month), frame)
#' summary(fit)
#' predict(fit, data.frame(Wind = 10, Temp = 80, Month = 7), interval = "confidence")
#' anova(fit)
#' @export
alx_lm <- function(formula, frame, weights = NULL, subset = NULL, offset = NULL, contrasts = NULL,
                   tol = 1e-7) {
  extras <- list(
    "(weights)" = substitute(weights), "(subset)" = substitute(subset),
    "(offset)" = substitute(offset)
  )
  design <- fit_design(formula, frame, extras, contrasts, parent.frame())
  check_numeric_response(design)
  state <- fold_rows(frame, design$columns, lm_state(design), function(state, chunk) {
    lm_add(state, design, fit_rows(design, chunk))
  })
  fit <- solved_lm(state, design, tol)
  fit$df.residual <- state$used - fit$rank
  structure(c(fit, fit_description(design, extras, match.call())), class = "alx_lm")
}

check_numeric_response <- function(design) {
  if (!design$variables[[1]]$kind %in% c("number", "logical") ||
        is.matrix(design$variables[[1]]$example)) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("the response ", design$variable_names[[1]], " is not a column of numbers."),
      "alx_lm() fits one response of numbers; alx_glm() takes categories."
    )
  }
}

# R of (design, offset, response less offset), and what is counted beside it.
lm_state <- function(design) {
  width <- length(design$names) + 2
  list(r = matrix(0, width, width), used = 0, omitted = 0, log_weights = 0)
}

lm_add <- function(state, design, rows) {
  offset <- rows$offset %||% numeric(rows$rows)
  response <- as.double(rows$response) - offset
  scale <- if (!is.null(rows$weights)) sqrt(rows$weights)
  parts <- with_number(design$parts, length(rows$variables))
  variables <- c(rows$variables, list(offset))
  state$r <- .Call(alx_c_fit_add, state$r, parts, variables, response, scale)
  positive <- if (is.null(scale)) 1 else rows$weights[rows$weights > 0]
  state$used <- state$used + if (is.null(scale)) rows$rows else length(positive)
  state$omitted <- state$omitted + rows$omitted
  state$log_weights <- state$log_weights + sum(log(positive))
  state
}

# The parts with one more column, which is variable 'i' (from 0) itself.
with_number <- function(parts, i) {
  list(
    first = c(parts$first, parts$first[[length(parts$first)]] + 1L),
    variable = c(parts$variable, as.integer(i)), tables = c(parts$tables, list(NULL))
  )
}

# R of (X, y) is itself a small regression with the same coefficients, rank and sums of squares:
# stats solves it, so that it chooses the pivots, too.
solved <- function(x, y, design, tol) {
  if (!all(is.finite(x)) || !all(is.finite(y))) {
    abort_alluxio(
      "alluxior_invalid", "NA/NaN/Inf: the model's numbers are not all finite.",
      "Leave such rows out: subset = is.finite(x)."
    )
  }
  colnames(x) <- design$names
  small <- stats::lm.fit(x, y, tol = tol)
  effects <- if (ncol(x) > 0) unname(small$effects) else y
  used <- seq_len(small$rank)
  list(
    coefficients = small$coefficients, effects = effects[used],
    deviance = sum(effects[setdiff(seq_along(effects), used)]^2),
    rank = small$rank, pivot = small$qr$pivot %||% integer(),
    r = if (small$rank > 0) qr.R(small$qr)[used, used, drop = FALSE] else matrix(0, 0, 0),
    fitted = small$fitted.values
  )
}

# The fit of a state. 'explained' is the sum of squares of the fitted values, about their mean where
# there is an intercept: its column in R is zero but for the first element, which has the mean.
solved_lm <- function(state, design, tol) {
  p <- length(design$names)
  fit <- solved(state$r[, seq_len(p), drop = FALSE], state$r[, p + 2], design, tol)
  fitted <- fit$fitted + if (summary_keeps_offset()) state$r[, p + 1] else 0
  has_intercept <- attr(design$terms, "intercept") == 1
  fit$explained <- sum(fitted[if (has_intercept) -1 else seq_along(fitted)]^2)
  fit$fitted <- NULL
  c(fit, lm_facts(state))
}

# Whether R squared counts an offset as explained: it did in R 4.2, and summary.lm() of later
# versions takes the offset off.
summary_keeps_offset <- function() !"offset" %in% all.names(body(stats::summary.lm))

lm_facts <- function(state) {
  list(nobs = state$used, omitted = state$omitted, log_weights = state$log_weights)
}

fit_description <- function(design, extras, call) {
  list(
    call = call, terms = design$terms, xlevels = design$xlevels, contrasts = design$contrasts,
    assign = design$assign, offset = extras[["(offset)"]],
    weighted = !is.null(extras[["(weights)"]])
  )
}
