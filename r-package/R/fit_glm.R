# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Generalised linear models of frames larger than memory
#'
#' `alx_glm()` fits what [stats::glm()] fits, by the same iterations: each is one pass over the
#' frame and a QR decomposition as of [alx_lm()], which also says what expressions may hold.
#' A fit reads the frame once for each iteration, and three times more; once more again for
#' factors, and as often again for the null model where there are an intercept and an offset.
#'
#' `print()`, `summary()`, `coef()`, `vcov()`, `anova()` of several fits, `predict()`, `logLik()`,
#' `AIC()`, `BIC()`, `deviance()` and `nobs()` are as for `glm`, but that the summary has no
#' quantiles of residuals. `confint()` gives Wald intervals, as [stats::confint.default()].
#'
#' @inheritParams alx_lm
#' @param family One of those of [stats::family()]: an object, a function or a name.
#' @param control As for [stats::glm()].
#' @return An object of class `alx_glm`, which is also an `alx_lm`.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(mtcars, tempfile())
#' fit <- alx_glm(am ~ wt, frame, family = binomial())
#' summary(fit)
#' predict(fit, data.frame(wt = 2:4), type = "response")
#' @export
alx_glm <- function(formula, frame, family = stats::gaussian(), weights = NULL, subset = NULL,
                    offset = NULL, contrasts = NULL, control = list()) {
  family <- family_of(family, parent.frame())
  control <- do.call(stats::glm.control, as.list(control))
  extras <- list(
    "(weights)" = substitute(weights), "(subset)" = substitute(subset),
    "(offset)" = substitute(offset)
  )
  design <- fit_design(formula, frame, extras, contrasts, parent.frame())
  check_glm_response(design, family)
  problem <- list(frame = frame, design = design, family = family, control = control)
  fit <- iterated(problem, design$parts)
  names(fit$coefficients) <- design$names
  measures <- measured(problem, fit)
  warn_of_glm(fit, measures, family)
  fit <- c(fit, glm_facts(problem, fit, measures), family = list(family), control = list(control))
  fit[c("state", "former", "estimates", "estimates_final")] <- NULL
  structure(c(fit, fit_description(design, extras, match.call())), class = c("alx_glm", "alx_lm"))
}

glm_families <- c(
  "binomial", "gaussian", "Gamma", "inverse.gaussian", "poisson", "quasi", "quasibinomial",
  "quasipoisson"
)

family_of <- function(family, env) {
  if (is.character(family)) {
    family <- get(family, mode = "function", envir = env)
  }
  if (is.function(family)) {
    family <- family()
  }
  if (!inherits(family, "family") || !family$family %in% glm_families) {
    abort_alluxio(
      "alluxior_invalid", "family is none of those of stats::family().",
      paste0("Use one of ", toString(glm_families), ".")
    )
  }
  family
}

check_glm_response <- function(design, family) {
  response <- design$variables[[1]]
  may_be_factor <- family$family %in% c("binomial", "quasibinomial")
  is_matrix <- is.matrix(response$example)
  if (!response$kind %in% c("number", "logical", if (may_be_factor && !is_matrix) "factor") ||
        (is_matrix && !may_be_factor)) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("the response ", design$variable_names[[1]], " does not fit the family."),
      "Only binomial families take a factor, or cbind(successes, failures); none takes strings."
    )
  }
}

# The rows of a chunk, with what the family makes of the response: y, weights, mustart and, of a
# binomial family, the numbers of trials n.
glm_rows <- function(problem, chunk) {
  rows <- fit_rows(problem$design, chunk)
  response <- rows$response
  if (is.factor(response)) {
    response <- factor(response, problem$design$variables[[1]]$levels)
  }
  start <- list(
    y = response, weights = rows$weights %||% rep(1, rows$rows), nobs = rows$rows,
    etastart = NULL, mustart = NULL, start = NULL, family = problem$family
  )
  made <- list2env(start, parent = environment(stats::glm.fit))
  # It would warn in each chunk of each pass, of successes that are no whole numbers.
  suppressWarnings(eval(problem$family$initialize, made))
  rows[c("y", "weights", "mustart")] <- mget(c("y", "weights", "mustart"), made)
  rows$y <- as.double(rows$y)
  rows$weights <- as.double(rows$weights)
  rows$n <- made$n
  rows$offset <- rows$offset %||% numeric(rows$rows)
  rows
}

# The linear predictor: of coefficients, or where each iteration starts.
predictor <- function(problem, parts, rows, coefficients) {
  if (is.null(coefficients)) {
    return(problem$family$linkfun(rows$mustart))
  }
  made <- .Call(
    alx_c_design_times, parts, rows$variables, as.double(rows$rows), as.double(coefficients)
  )
  made + rows$offset
}

# One pass with these coefficients: their deviance, whether they are valid, and R of the weighted
# regression that gives the next.
glm_pass <- function(problem, parts, coefficients) {
  width <- length(parts$first)
  start <- list(
    r = matrix(0, width, width), deviance = 0, valid = TRUE, rows = 0, used = 0, omitted = 0,
    weight = 0, total = 0
  )
  fold_rows(problem$frame, problem$design$columns, start, function(state, chunk) {
    rows <- glm_rows(problem, chunk)
    if (rows$rows == 0) {
      return(replace(state, "omitted", state$omitted + rows$omitted))
    }
    glm_add(state, problem$family, parts, rows, predictor(problem, parts, rows, coefficients))
  })
}

glm_add <- function(state, family, parts, rows, eta) {
  mu <- family$linkinv(eta)
  # A family without such a function takes all.
  is_valid <- function(check, values) is.null(check) || isTRUE(check(values))
  state$valid <- state$valid && is_valid(family$valideta, eta) && is_valid(family$validmu, mu)
  state$deviance <- state$deviance + sum(family$dev.resids(rows$y, mu, rows$weights))
  state$rows <- state$rows + rows$rows
  state$used <- state$used + sum(rows$weights > 0)
  state$omitted <- state$omitted + rows$omitted
  state$weight <- state$weight + sum(rows$weights)
  state$total <- state$total + sum(rows$weights * rows$y)
  if (state$valid && is.finite(state$deviance)) {
    state$r <- glm_qr(state$r, family, parts, rows, eta, mu)
  }
  state
}

glm_qr <- function(r, family, parts, rows, eta, mu) {
  slope <- family$mu.eta(eta)
  response <- eta - rows$offset + (rows$y - mu) / slope
  scale <- sqrt(working_weights(family, rows, slope, mu))
  bad <- which(!(rows$weights > 0 & slope != 0))
  response[bad] <- 0
  scale[bad] <- 0
  .Call(alx_c_fit_add, r, parts, rows$variables, response, scale)
}

working_weights <- function(family, rows, slope, mu) rows$weights * slope^2 / family$variance(mu)

# Fisher scoring with step halving, in the order of glm.fit(): the deviance of an iteration's
# coefficients and R for the next come from one pass.
iterated <- function(problem, parts) {
  control <- problem$control
  tol <- min(1e-7, control$epsilon / 1000)
  state <- glm_pass(problem, parts, NULL)
  if (!state$valid) {
    refuse_glm("cannot find valid starting values.")
  }
  if (length(parts$first) == 1) {
    return(iterated_empty(problem, parts))
  }
  former <- NULL
  converged <- FALSE
  for (iteration in seq_len(control$maxit)) {
    fit <- solved_state(state, tol)
    stepped <- step_halved(problem, parts, fit$estimates, former)
    before <- state$deviance
    state <- stepped$state
    converged <- abs(state$deviance - before) / (0.1 + abs(state$deviance)) < control$epsilon
    fit$former <- list(former)
    former <- stepped$coefficients
    if (converged) {
      break
    }
  }
  fit$coefficients <- ifelse(is.na(fit$coefficients), NA, former)
  c(fit, list(
    estimates_final = former, deviance = state$deviance, iter = iteration, converged = converged,
    boundary = stepped$halved, state = state
  ))
}

# Of a model without a column.
iterated_empty <- function(problem, parts) {
  state <- glm_pass(problem, parts, numeric())
  list(
    coefficients = numeric(), effects = numeric(), rank = 0L, pivot = integer(),
    r = matrix(0, 0, 0), former = list(numeric()), estimates_final = numeric(),
    deviance = state$deviance, iter = 0L, converged = TRUE, boundary = FALSE, state = state
  )
}

# 'estimates' are the coefficients with 0 for those that are left out.
solved_state <- function(state, tol) {
  width <- ncol(state$r)
  design <- list(names = NULL)
  fit <- solved(state$r[, -width, drop = FALSE], state$r[, width], design, tol)
  fit$estimates <- ifelse(is.na(fit$coefficients), 0, fit$coefficients)
  fit[c("coefficients", "estimates", "effects", "rank", "pivot", "r")]
}

# The pass of these coefficients, or of the nearest on the way from the former that are valid.
step_halved <- function(problem, parts, coefficients, former) {
  state <- glm_pass(problem, parts, coefficients)
  halvings <- 0
  while (!is.finite(state$deviance) || !state$valid) {
    if (is.null(former) || halvings > problem$control$maxit) {
      refuse_glm("no valid set of coefficients has been found.")
    }
    halvings <- halvings + 1
    coefficients <- (coefficients + former) / 2
    state <- glm_pass(problem, parts, coefficients)
  }
  list(coefficients = coefficients, state = state, halved = halvings > 0)
}

refuse_glm <- function(what) {
  abort_alluxio(
    "alluxior_invalid", what, "Choose another link, or another scale for the columns."
  )
}

# The last pass: Pearson's statistic with the last iteration's weights (as summary.glm() has it),
# what AIC needs, the null deviance, and the range of the fitted values.
measured <- function(problem, fit) {
  parts <- problem$design$parts
  start <- list(pearson = 0, aic = 0, log_weights = 0, null = 0, least = Inf, most = -Inf)
  fold_rows(problem$frame, problem$design$columns, start, function(sums, chunk) {
    rows <- glm_rows(problem, chunk)
    if (rows$rows == 0) {
      return(sums)
    }
    former <- predictor(problem, parts, rows, fit$former[[1]])
    eta <- predictor(problem, parts, rows, fit$estimates_final)
    add_measures(sums, problem, fit, rows, former, eta)
  })
}

add_measures <- function(sums, problem, fit, rows, former, eta) {
  family <- problem$family
  mu <- family$linkinv(eta)
  weights <- working_weights(family, rows, family$mu.eta(former), family$linkinv(former))
  residuals <- (rows$y - mu) / family$mu.eta(eta)
  counted <- !is.na(weights) & weights > 0
  sums$pearson <- sums$pearson + sum((weights * residuals^2)[counted])
  sums$aic <- sums$aic + aic_of_rows(family, rows, mu, fit)
  sums$log_weights <- sums$log_weights + sum(log(rows$weights))
  null_mu <- if (attr(problem$design$terms, "intercept")) {
    rep(fit$state$total / fit$state$weight, rows$rows)
  } else {
    family$linkinv(rows$offset)
  }
  sums$null <- sums$null + sum(family$dev.resids(rows$y, null_mu, rows$weights))
  sums$least <- min(sums$least, mu)
  sums$most <- max(sums$most, mu)
  sums
}

# The part of -2 log likelihood that is a sum over rows.
aic_of_rows <- function(family, rows, mu, fit) {
  scale <- fit$deviance / fit$state$weight
  switch(family$family,
    gaussian = 0,
    Gamma = -2 * sum(stats::dgamma(rows$y, 1 / scale, scale = mu * scale, log = TRUE) *
                       rows$weights),
    inverse.gaussian = 3 * sum(log(rows$y) * rows$weights),
    binomial = ,
    poisson = family$aic(rows$y, rows$n, mu, rows$weights, fit$deviance),
    NA
  )
}

# All of it; 2 for the dispersion where that is estimated by maximum likelihood.
aic_of <- function(family, fit, measures) {
  n <- fit$state$rows
  weight <- fit$state$weight
  deviance <- fit$deviance
  rest <- switch(family$family,
    gaussian = n * (log(2 * pi * deviance / n) + 1) + 2 - measures$log_weights,
    Gamma = 2,
    inverse.gaussian = weight * (log(deviance / weight * 2 * pi) + 1) + 2,
    0
  )
  measures$aic + rest + 2 * fit$rank
}

glm_facts <- function(problem, fit, measures) {
  state <- fit$state
  has_intercept <- attr(problem$design$terms, "intercept") == 1
  list(
    nobs = state$used, rows = state$rows, omitted = state$omitted,
    df.residual = state$used - fit$rank,
    df.null = state$used - has_intercept, pearson = measures$pearson,
    aic = aic_of(problem$family, fit, measures),
    null.deviance = null_deviance(problem, measures, has_intercept)
  )
}

# With an offset the model of the intercept alone has to be fitted, too.
null_deviance <- function(problem, measures, has_intercept) {
  design <- problem$design
  has_offset <- !is.null(attr(design$terms, "offset")) || "(offset)" %in% names(design$expressions)
  if (!has_intercept || !has_offset) {
    return(measures$null)
  }
  iterated(problem, list(first = c(0L, 0L), variable = integer(), tables = list()))$deviance
}

warn_of_glm <- function(fit, measures, family) {
  if (!fit$converged) {
    warning("alx_glm: the iterations did not converge", call. = FALSE)
  }
  if (fit$boundary) {
    warning("alx_glm: stopped at a boundary value", call. = FALSE)
  }
  eps <- 10 * .Machine$double.eps
  is_extreme <- switch(family$family,
    binomial = measures$most > 1 - eps || measures$least < eps,
    poisson = measures$least < eps,
    FALSE
  )
  if (is_extreme) {
    warning("alx_glm: some fitted values are numerically 0 or 1", call. = FALSE)
  }
}
