# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A frame in chunks of 1024 rows, which is removed at the end of the test.
as_frame <- function(data, env = parent.frame()) {
  row.names(data) <- NULL
  alx_write_frame(data, withr::local_tempfile(.local_envir = env), chunk_rows = 1024)
}

# Three chunks with everything that a model has to cope with.
model_data <- function(rows = 2600) {
  set.seed(9)
  pick <- function(values, prob = NULL) sample(values, rows, replace = TRUE, prob = prob)
  data <- data.frame(
    x = rnorm(rows, 10), z = pick(c(NA, 1:9)), whole = pick(-5:5),
    f = factor(pick(c(NA, "a", "b", "d")), levels = c("d", "c", "b", "a")),
    o = factor(pick(c("low", "mid", "high")), c("low", "mid", "high"), ordered = TRUE),
    s = pick(c("u", "v", NA), c(0.5, 0.45, 0.05)), l = pick(c(TRUE, FALSE)),
    w = pick(c(0, 0.5, 1, 3)), k = pick(c(2.5, 10, 7)), off = rnorm(rows),
    day = structure(pick(1:30), class = "Date")
  )
  # A level that is in the last chunk alone.
  data$f[rows] <- "c"
  data$double <- 2 * data$x
  noise <- rnorm(rows)
  data$y <- 1 + data$x / 3 - ifelse(is.na(data$f), 0, as.integer(data$f)) + data$off + noise
  data$y[c(5, rows - 1)] <- NA
  data$count <- rpois(rows, exp(0.5 + 0.1 * (data$x - 10)))
  data$yes <- as.integer(stats::plogis(data$x - 10 + noise) > 0.5)
  data$positive <- stats::rgamma(rows, 3, 3 / exp(0.2 + data$whole / 20))
  data
}

# The two calls' arguments after the data, unevaluated.
both_fits <- function(ours, theirs, formula, data, extras, env = parent.frame()) {
  frame <- as_frame(data, env)
  call <- function(fun, x) as.call(c(list(fun, formula), x, extras))
  list(
    frame = frame, ours = eval(call(ours, list(frame = quote(frame)))),
    theirs = eval(call(theirs, list(data = quote(data))))
  )
}

# Without names of rows and attributes.
plain <- function(x) {
  if (is.matrix(x)) `dimnames<-`(x, list(NULL, colnames(x))) else as.vector(x)
}

expect_near <- function(ours, theirs, tolerance = 1e-8) {
  testthat::expect_equal(ours, theirs, tolerance = tolerance)
}

expect_as_lm <- function(formula, data, ...) {
  fits <- both_fits(quote(alx_lm), quote(stats::lm), formula, data, eval(substitute(alist(...))))
  ours <- fits$ours
  theirs <- fits$theirs
  questions <- list(
    stats::coef, stats::vcov, stats::confint, stats::deviance, stats::df.residual, stats::nobs
  )
  for (ask in questions) {
    expect_near(ask(ours), ask(theirs))
  }
  testthat::expect_identical(ours$rank, theirs$rank)
  expect_near(unclass(stats::logLik(ours)), unclass(stats::logLik(theirs)))
  expect_near(c(stats::AIC(ours), stats::BIC(ours)), c(stats::AIC(theirs), stats::BIC(theirs)))
  expect_near(stats::anova(ours), stats::anova(theirs))
  fields <- c(
    "coefficients", "sigma", "df", "r.squared", "adj.r.squared", "fstatistic", "aliased",
    "cov.unscaled"
  )
  expect_near(unclass(summary(ours))[fields], unclass(summary(theirs))[fields])
  expect_near(stats::formula(ours), stats::formula(theirs))
  testthat::expect_identical(ours$omitted + 0, length(theirs$na.action) + 0)
  newdata <- data[row.names(theirs$model), ]
  predicted <- function(fit, ...) {
    value <- suppressWarnings(stats::predict(fit, newdata, ...))
    if (is.list(value)) rapply(value, plain, how = "replace") else unname(value)
  }
  expect_near(predicted(ours), predicted(theirs))
  for (interval in c("confidence", "prediction")) {
    expect_near(
      predicted(ours, interval = interval, level = 0.9, se.fit = TRUE),
      predicted(theirs, interval = interval, level = 0.9, se.fit = TRUE)
    )
  }
  invisible(fits)
}

# How many digits of the certified values are right.
digits <- function(found, certified) {
  error <- abs(unname(found) - certified) / abs(certified)
  min(15, -log10(max(error, 1e-16)))
}

# Ours has to have as many digits as lm() has, but for half a digit of rounding, and 'least'.
expect_certified <- function(formula, data, estimates, errors, least, tol = 1e-7) {
  ours <- alx_lm(formula, as_frame(data), tol = tol)
  theirs <- stats::lm(formula, data, tol = tol)
  reached <- function(fit) {
    c(
      digits(stats::coef(fit), estimates),
      if (all(errors > 0)) digits(sqrt(diag(stats::vcov(fit))), errors)
    )
  }
  testthat::expect_true(all(reached(ours) >= pmin(reached(theirs) - 0.5, 12)))
  testthat::expect_true(all(reached(ours) >= least))
}

expect_as_glm <- function(formula, data, ...) {
  extras <- eval(substitute(alist(...)))
  fits <- suppressWarnings(both_fits(quote(alx_glm), quote(stats::glm), formula, data, extras))
  ours <- fits$ours
  theirs <- fits$theirs
  questions <- list(
    stats::coef, stats::vcov, stats::deviance, stats::df.residual, stats::nobs,
    stats::confint.default
  )
  for (ask in questions) {
    expect_near(ask(ours), ask(theirs))
  }
  fields <- c("null.deviance", "df.null", "rank", "aic", "iter", "converged")
  expect_near(unclass(ours)[fields], unclass(theirs)[fields])
  expect_near(plain(stats::logLik(ours)), plain(stats::logLik(theirs)))
  expect_near(stats::BIC(ours), stats::BIC(theirs))
  fields <- c("coefficients", "dispersion", "df", "aliased", "cov.unscaled", "cov.scaled")
  expect_near(unclass(summary(ours))[fields], unclass(summary(theirs))[fields])
  testthat::expect_identical(ours$omitted + 0, length(theirs$na.action) + 0)
  newdata <- data[row.names(theirs$model), ]
  predicted <- function(fit, type) {
    value <- suppressWarnings(stats::predict(fit, newdata, type, se.fit = TRUE))
    lapply(value, plain)
  }
  expect_near(predicted(ours, "link"), predicted(theirs, "link"))
  expect_near(predicted(ours, "response"), predicted(theirs, "response"))
  invisible(fits)
}
