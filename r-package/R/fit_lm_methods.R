# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What is asked of a fit, as of one of stats::lm().

#' @importFrom stats anova coef confint deviance df.residual fitted formula logLik nobs residuals
#' @importFrom stats vcov
#' @export
print.alx_lm <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  print_call(x)
  if (length(x$coefficients) > 0) {
    cat("Coefficients:\n")
    print(format(x$coefficients, digits = digits), print.gap = 2L, quote = FALSE)
  } else {
    cat("No coefficients\n")
  }
  cat("\n")
  invisible(x)
}

print_call <- function(x) {
  cat("\nCall:\n", paste(deparse(x$call), collapse = "\n"), "\n\n", sep = "")
}

#' @export
coef.alx_lm <- function(object, complete = TRUE, ...) {
  if (complete) object$coefficients else object$coefficients[!is.na(object$coefficients)]
}

#' @export
formula.alx_lm <- function(x, ...) stats::formula(x$terms)

#' @export
deviance.alx_lm <- function(object, ...) object$deviance

#' @export
df.residual.alx_lm <- function(object, ...) object$df.residual

#' @export
nobs.alx_lm <- function(object, ...) object$nobs

#' @export
residuals.alx_lm <- function(object, ...) refuse_by_row("residuals")

#' @export
fitted.alx_lm <- function(object, ...) refuse_by_row("fitted values")

refuse_by_row <- function(what) {
  abort_alluxio(
    "alluxior_invalid", paste0("a fit keeps no ", what, ": there is one for each row."),
    "predict(fit, alx_read_chunk(frame, i)) makes them for a chunk."
  )
}

#' @export
logLik.alx_lm <- function(object, ...) {
  n <- object$nobs
  value <- 0.5 * (object$log_weights - n * (log(2 * pi) + 1 - log(n) + log(object$deviance)))
  structure(value, nall = n, nobs = n, df = object$rank + 1, class = "logLik")
}

# (X'WX)^-1 of the coefficients that were estimated, in their order.
unscaled_covariance <- function(object) {
  kept <- object$pivot[seq_len(object$rank)]
  names <- names(object$coefficients)[kept]
  value <- if (object$rank > 0) chol2inv(object$r) else matrix(0, 0, 0)
  dimnames(value) <- list(names, names)
  value[order(kept), order(kept), drop = FALSE]
}

# With NA for what was not estimated.
completed_covariance <- function(covariance, all_names) {
  n <- length(all_names)
  value <- matrix(NA_real_, n, n, dimnames = list(all_names, all_names))
  value[rownames(covariance), rownames(covariance)] <- covariance
  value
}

#' @export
vcov.alx_lm <- function(object, complete = TRUE, ...) {
  value <- dispersion_of(object) * unscaled_covariance(object)
  if (complete) completed_covariance(value, names(object$coefficients)) else value
}

# The variance of an observation of weight 1.
dispersion_of <- function(object) UseMethod("dispersion_of")

#' @export
dispersion_of.alx_lm <- function(object) {
  if (object$df.residual > 0) object$deviance / object$df.residual else NaN
}

#' @export
confint.alx_lm <- function(object, parm, level = 0.95, ...) {
  coefficients <- stats::coef(object)
  names <- if (missing(parm)) {
    names(coefficients)
  } else if (is.numeric(parm)) {
    names(coefficients)[parm]
  } else {
    parm
  }
  tail <- (1 - level) / 2
  probabilities <- c(tail, 1 - tail)
  errors <- sqrt(diag(stats::vcov(object)))[names]
  value <- coefficients[names] + outer(errors, confidence_quantiles(object, probabilities))
  percent <- paste(format(100 * probabilities, trim = TRUE, digits = 3), "%")
  dimnames(value) <- list(names, percent)
  value
}

confidence_quantiles <- function(object, probabilities) {
  stats::qt(probabilities, object$df.residual)
}

#' @export
summary.alx_lm <- function(object, ...) {
  rank <- object$rank
  has_intercept <- attr(object$terms, "intercept") == 1 && rank > 0
  variance <- dispersion_of(object)
  warn_if_perfect(object, variance)
  value <- object[c("call", "terms", "omitted", "weighted")]
  value$aliased <- is.na(object$coefficients)
  value$cov.unscaled <- unscaled_covariance(object)
  value$coefficients <- t_table(object, variance, value$cov.unscaled)
  value$sigma <- sqrt(variance)
  value$df <- c(rank, object$df.residual, length(object$coefficients))
  value <- c(value, explained_share(object, variance, has_intercept))
  structure(value, class = "summary.alx_lm")
}

warn_if_perfect <- function(object, variance) {
  level <- sum(object$effects^2) / object$nobs
  if (is.finite(variance) && variance < level * 1e-30) {
    warning("essentially perfect fit: summary may be unreliable")
  }
}

t_table <- function(object, variance, covariance) {
  estimate <- object$coefficients[!is.na(object$coefficients)]
  error <- sqrt(variance * diag(covariance))
  t <- estimate / error
  p <- 2 * stats::pt(abs(t), object$df.residual, lower.tail = FALSE)
  cbind(Estimate = estimate, `Std. Error` = error, `t value` = t, `Pr(>|t|)` = p)
}

explained_share <- function(object, variance, has_intercept) {
  df <- object$rank - has_intercept
  if (df == 0) {
    return(list(r.squared = 0, adj.r.squared = 0))
  }
  share <- object$explained / (object$explained + object$deviance)
  total <- object$nobs - has_intercept
  list(
    r.squared = share,
    adj.r.squared = 1 - (1 - share) * total / object$df.residual,
    fstatistic = c(value = object$explained / df / variance, numdf = df, dendf = object$df.residual)
  )
}

#' @export
print.summary.alx_lm <- function(x, digits = max(3L, getOption("digits") - 3L), ...) {
  print_call(x)
  print_coefficients(x, digits, ...)
  cat("\n", if (x$weighted) "Weighted residual" else "Residual", " standard error: ", sep = "")
  cat(format(signif(x$sigma, digits)), "on", x$df[[2]], "degrees of freedom\n")
  print_omitted(x$omitted)
  if (!is.null(x$fstatistic)) {
    f <- x$fstatistic
    p <- stats::pf(f[[1]], f[[2]], f[[3]], lower.tail = FALSE)
    cat("Multiple R-squared: ", formatC(x$r.squared, digits = digits))
    cat(",\tAdjusted R-squared: ", formatC(x$adj.r.squared, digits = digits))
    cat("\nF-statistic:", formatC(f[[1]], digits = digits), "on", f[[2]], "and", f[[3]])
    cat(" DF,  p-value:", format.pval(p, digits = digits))
  }
  cat("\n\n")
  invisible(x)
}

print_omitted <- function(omitted) {
  if (omitted > 0) {
    rows <- if (omitted == 1) " observation" else " observations"
    cat("  (", format(omitted), rows, " deleted due to missingness)\n", sep = "")
  }
}

print_coefficients <- function(x, digits, ...) {
  unknown <- sum(x$aliased)
  if (length(x$aliased) == 0) {
    cat("No Coefficients\n")
    return(invisible())
  }
  if (unknown > 0) {
    cat("Coefficients: (", unknown, " not defined because of singularities)\n", sep = "")
  } else {
    cat("Coefficients:\n")
  }
  table <- matrix(
    NA_real_, length(x$aliased), ncol(x$coefficients),
    dimnames = list(names(x$aliased), colnames(x$coefficients))
  )
  table[!x$aliased, ] <- x$coefficients
  stats::printCoefmat(table, digits = digits, na.print = "NA", ...)
}

#' @export
anova.alx_lm <- function(object, ...) {
  others <- list(...)
  if (length(others) > 0) compared(list(object, ...)) else anova_table(object)
}

# The sum of squares of each term, given those before it.
anova_table <- function(object) {
  if (object$deviance < 1e-10 * sum(object$effects^2)) {
    warning("ANOVA F-tests on an essentially perfect fit are unreliable")
  }
  term <- object$assign[object$pivot][seq_len(object$rank)]
  is_term <- term > 0 | attr(object$terms, "intercept") == 0
  squares <- tapply(object$effects[is_term]^2, term[is_term], sum)
  df <- tapply(object$effects[is_term], term[is_term], length)
  table <- data.frame(
    Df = c(df, object$df.residual), "Sum Sq" = c(squares, object$deviance), check.names = FALSE
  )
  table[["Mean Sq"]] <- table[["Sum Sq"]] / table$Df
  f <- replace(table[["Mean Sq"]] / dispersion_of(object), nrow(table), NA)
  table[["F value"]] <- f
  table[["Pr(>F)"]] <- stats::pf(f, table$Df, object$df.residual, lower.tail = FALSE)
  labels <- attr(object$terms, "term.labels")[as.integer(names(squares))]
  row.names(table) <- c(labels, "Residuals")
  response <- paste("Response:", deparse1(stats::formula(object)[[2]]))
  structure(
    table, heading = c("Analysis of Variance Table\n", response), class = c("anova", "data.frame")
  )
}

compared <- function(fits) {
  check_same_rows(fits)
  df <- vapply(fits, stats::df.residual, 0)
  deviance <- vapply(fits, stats::deviance, 0)
  table <- data.frame(df, deviance, c(NA, -diff(df)), c(NA, -diff(deviance)))
  names(table) <- c("Res.Df", "RSS", "Df", "Sum of Sq")
  largest <- which.min(df)
  scale <- deviance[[largest]] / df[[largest]]
  table <- stats::stat.anova(table, "F", scale, df[[largest]], fits[[1]]$nobs)
  structure(
    table, heading = c("Analysis of Variance Table\n", described_models(fits)),
    class = c("anova", "data.frame")
  )
}

check_same_rows <- function(fits) {
  if (length(unique(vapply(fits, stats::nobs, 0))) > 1) {
    abort_alluxio(
      "alluxior_invalid", "models were not all fitted to the same number of rows.",
      "Leave out rows with missing values by the same `subset` in all."
    )
  }
}

described_models <- function(fits) {
  formulas <- vapply(fits, function(fit) deparse1(stats::formula(fit)), "")
  paste0("Model ", format(seq_along(fits)), ": ", formulas, collapse = "\n")
}

#' Predictions of a fit
#'
#' As [stats::predict.lm()] and [stats::predict.glm()] give them.
#'
#' @param object Of [alx_lm()] or [alx_glm()].
#' @param newdata A data.frame, or a frame of [alx_open_frame()]; of the latter a chunk at a time is
#'   in memory, beside the predictions.
#' @param se.fit Whether standard errors are wanted.
#' @param interval,level Of which kind and width.
#' @param type On the scale of the response or of the link.
#' @param ... Ignored.
#' @return A vector, for an interval a matrix, with `se.fit` a list; see [stats::predict.lm()].
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(mtcars, tempfile())
#' fit <- alx_lm(mpg ~ wt, frame)
#' predict(fit, data.frame(wt = 2:4))
#' @importFrom stats predict
#' @export
predict.alx_lm <- function(object, newdata, se.fit = FALSE, # nolint: object_name_linter.
                           interval = c("none", "confidence", "prediction"), level = 0.95, ...) {
  interval <- match.arg(interval)
  predict_chunks(newdata, function(chunk) {
    predicted_lm(object, chunk, se.fit, interval, level)
  })
}

# For a frame chunk by chunk, put together in the order of rows.
predict_chunks <- function(newdata, predicted) {
  if (missing(newdata)) {
    abort_alluxio(
      "alluxior_invalid", "a fit keeps no rows to predict.",
      "Give newdata: the frame, or a data.frame."
    )
  }
  if (!inherits(newdata, "alx_frame")) {
    return(predicted(newdata))
  }
  pieces <- alx_apply(newdata, predicted)
  if (length(pieces) == 0) {
    return(predicted(frame_template(newdata)))
  }
  bind_predictions(pieces)
}

bind_predictions <- function(pieces) {
  first <- pieces[[1]]
  if (is.list(first)) {
    by_row <- intersect(names(first), c("fit", "se.fit"))
    first[by_row] <- lapply(by_row, function(name) bind_predictions(lapply(pieces, `[[`, name)))
    return(first)
  }
  if (is.matrix(first)) {
    return(`rownames<-`(do.call(rbind, pieces), NULL))
  }
  unlist(lapply(pieces, unname))
}

predicted_lm <- function(object, data, with_errors, interval, level) {
  x <- prediction_matrix(object, data)
  fit <- x$fit
  if (!with_errors && interval == "none") {
    return(fit)
  }
  variance <- dispersion_of(object)
  errors <- prediction_errors(object, x$matrix, variance)
  if (interval != "none") {
    extra <- if (interval == "prediction") variance else 0
    wide <- stats::qt((1 + level) / 2, object$df.residual) * sqrt(errors^2 + extra)
    fit <- cbind(fit = fit, lwr = fit - wide, upr = fit + wide)
  }
  if (!with_errors) {
    return(fit)
  }
  list(fit = fit, se.fit = errors, df = object$df.residual, residual.scale = sqrt(variance))
}

# list(matrix, fit): the estimated columns of the design of new data, and the linear predictor.
prediction_matrix <- function(object, data) {
  terms <- stats::delete.response(object$terms)
  model <- stats::model.frame(terms, data, na.action = stats::na.pass, xlev = object$xlevels)
  stats::.checkMFClasses(attr(terms, "dataClasses"), model)
  matrix <- stats::model.matrix(terms, model, contrasts.arg = object$contrasts)
  if (object$rank < ncol(matrix)) {
    warning("prediction from a rank-deficient fit may be misleading")
  }
  kept <- object$pivot[seq_len(object$rank)]
  matrix <- matrix[, kept, drop = FALSE]
  fit <- drop(matrix %*% object$coefficients[kept])
  offset <- stats::model.offset(model) %||% 0
  if (!is.null(object$offset)) {
    offset <- offset + eval(object$offset, data, environment(object$terms))
  }
  list(matrix = matrix, fit = fit + offset)
}

prediction_errors <- function(object, matrix, variance) {
  if (object$rank == 0) {
    return(numeric(nrow(matrix)))
  }
  scaled <- matrix %*% backsolve(object$r, diag(object$rank))
  sqrt(variance * drop(scaled^2 %*% rep(1, object$rank)))
}
