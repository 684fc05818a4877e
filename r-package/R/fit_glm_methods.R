# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What is asked of a fit, as of one of stats::glm(), where it differs from alx_lm's answer.

#' @export
print.alx_glm <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  NextMethod()
  cat("Degrees of Freedom:", x$df.null, "Total (i.e. Null); ", x$df.residual, "Residual\n")
  print_omitted(x$omitted)
  shown <- function(value) format(signif(value, digits))
  cat("Null Deviance:\t   ", shown(x$null.deviance), "\n", sep = "")
  cat("Residual Deviance: ", shown(x$deviance), "\tAIC: ", shown(x$aic), "\n", sep = "")
  invisible(x)
}

#' @export
logLik.alx_glm <- function(object, ...) {
  has_scale <- object$family$family %in% c("gaussian", "Gamma", "inverse.gaussian")
  df <- object$rank + has_scale
  # logLik.glm() counts rows without weight, which nobs() does not.
  structure(df - object$aic / 2, nobs = object$rows, df = df, class = "logLik")
}

#' @export
dispersion_of.alx_glm <- function(object) {
  if (object$family$family %in% c("poisson", "binomial")) {
    return(1)
  }
  if (object$df.residual > 0) object$pearson / object$df.residual else NaN
}

has_known_dispersion <- function(object) object$family$family %in% c("poisson", "binomial")

#' @export
confint.alx_glm <- function(object, parm, level = 0.95, ...) {
  stats::confint.default(object, parm, level, ...)
}

#' @export
summary.alx_glm <- function(object, ...) {
  value <- object[c(
    "call", "terms", "family", "deviance", "aic", "df.residual", "null.deviance", "df.null", "iter",
    "omitted"
  )]
  value$dispersion <- dispersion_of(object)
  value$aliased <- is.na(object$coefficients)
  value$cov.unscaled <- unscaled_covariance(object)
  value$cov.scaled <- value$dispersion * value$cov.unscaled
  table <- t_table(object, value$dispersion, value$cov.unscaled)
  if (has_known_dispersion(object)) {
    table[, 4] <- 2 * stats::pnorm(-abs(table[, 3]))
    colnames(table)[3:4] <- c("z value", "Pr(>|z|)")
  }
  value$coefficients <- table
  value$df <- c(object$rank, object$df.residual, length(object$coefficients))
  structure(value, class = "summary.alx_glm")
}

#' @export
print.summary.alx_glm <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  print_call(x)
  print_coefficients(x, digits, ...)
  cat("\n(Dispersion parameter for ", x$family$family, " family taken to be ", sep = "")
  cat(format(x$dispersion), ")\n\n", sep = "")
  labels <- format(c("Null", "Residual"), justify = "right")
  deviances <- format(c(x$null.deviance, x$deviance), digits = max(5L, digits + 1L))
  df <- format(c(x$df.null, x$df.residual))
  cat(paste(labels, "deviance:", deviances, " on", df, " degrees of freedom\n"), sep = "")
  print_omitted(x$omitted)
  cat("AIC: ", format(x$aic, digits = max(4L, digits + 1L)), "\n\n", sep = "")
  cat("Number of Fisher Scoring iterations: ", x$iter, "\n\n", sep = "")
  invisible(x)
}

#' @export
anova.alx_glm <- function(object, ..., test = NULL) {
  fits <- list(object, ...)
  if (length(fits) < 2) {
    abort_alluxio(
      "alluxior_invalid", "an analysis of deviance by term would fit a model for each term.",
      "Fit the smaller models, too, and compare: anova(fit1, fit2, test = \"Chisq\")."
    )
  }
  check_same_rows(fits)
  df <- vapply(fits, stats::df.residual, 0)
  deviance <- vapply(fits, stats::deviance, 0)
  table <- data.frame(df, deviance, c(NA, -diff(df)), c(NA, -diff(deviance)))
  names(table) <- c("Resid. Df", "Resid. Dev", "Df", "Deviance")
  if (!is.null(test)) {
    largest <- fits[[which.min(df)]]
    table <- stats::stat.anova(
      table, test, dispersion_of(largest),
      if (has_known_dispersion(largest)) Inf else min(df), largest$nobs
    )
  }
  structure(
    table, heading = c("Analysis of Deviance Table\n", described_models(fits)),
    class = c("anova", "data.frame")
  )
}

#' @rdname predict.alx_lm
#' @export
predict.alx_glm <- function(object, newdata, type = c("link", "response"),
                            se.fit = FALSE, ...) { # nolint: object_name_linter.
  type <- match.arg(type)
  with_errors <- se.fit
  predict_chunks(newdata, function(chunk) predicted_glm(object, chunk, type, with_errors))
}

predicted_glm <- function(object, data, type, with_errors) {
  x <- prediction_matrix(object, data)
  on_response <- type == "response"
  fit <- if (on_response) object$family$linkinv(x$fit) else x$fit
  if (!with_errors) {
    return(fit)
  }
  errors <- prediction_errors(object, x$matrix, dispersion_of(object))
  if (on_response) {
    errors <- errors * abs(object$family$mu.eta(x$fit))
  }
  list(fit = fit, se.fit = errors, residual.scale = sqrt(dispersion_of(object)))
}
