# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("fits are lm()'s: numbers, factors, interactions, contrasts, missing values", {
  data <- model_data()
  expect_as_lm(y ~ x, data)
  expect_as_lm(y ~ 1, data)
  expect_as_lm(y ~ x - 1, data)
  expect_as_lm(y ~ x + z + whole, data)
  expect_as_lm(y ~ f, data)
  expect_as_lm(y ~ f - 1, data)
  expect_as_lm(y ~ 0 + x + l + f, data)
  expect_as_lm(y ~ x * f + o, data)
  expect_as_lm(y ~ f:x + s, data)
  expect_as_lm(y ~ f:o - 1, data)
  expect_as_lm(y ~ f * s * l + x:whole, data)
  expect_as_lm(y ~ x + (f + o + s)^2 - f:s, data)
  expect_as_lm(y ~ f %in% o, data)
  expect_as_lm(y ~ factor(k) + as.factor(whole) + day, data)
  expect_as_lm(y ~ factor(day) + x, data)
  expect_as_lm(
    log(positive) ~ I(x^2) + sqrt(abs(x)) + ifelse(l, x, 1) + cut(x, c(0, 9, 10, 30)), data
  )
  expect_as_lm(y ~ . - day - double, data)
  expect_as_lm(l ~ x, data)
  expect_as_lm(y ~ x + f + o, data, contrasts = list(f = "contr.sum", o = "contr.helmert"))
  expect_as_lm(y ~ f + x, data, contrasts = list(f = contr.treatment(4, base = 2)))
})

test_that("a fit follows options(contrasts) as lm() does", {
  withr::local_options(contrasts = c("contr.sum", "contr.helmert"))
  expect_as_lm(y ~ x + f * o, model_data())
})

test_that("weights, offsets and subsets are lm()'s", {
  data <- model_data()
  expect_as_lm(y ~ x + f, data, weights = w)
  expect_as_lm(y ~ x + f, data, weights = w + 0.5, offset = off)
  expect_as_lm(y ~ x + offset(off), data)
  expect_as_lm(y ~ x + offset(off) + offset(x / 5), data, offset = off / 2, weights = w)
  expect_as_lm(y ~ f + x, data, subset = x > 9 & z < 6)
  expect_as_lm(y ~ f + x, data, subset = f %in% c("a", "b"))
  expect_as_lm(y ~ s + x, data, subset = s == "u" | x > 9, weights = whole^2)
  bound <- 9.5
  expect_as_lm(y ~ x + I(x > bound), data, subset = x < bound + 1)
})

test_that("collinear columns are left out by lm()'s rule", {
  data <- model_data()
  fits <- expect_as_lm(y ~ double + x + f, data)
  expect_true(is.na(coef(fits$ours)[["x"]]))
  expect_as_lm(y ~ x + double + whole, data)
  data$near <- data$x + 1e-6 * data$off
  data$nearer <- data$x + 1e-9 * data$off
  expect_as_lm(y ~ x + near + whole, data)
  expect_as_lm(y ~ x + nearer + whole, data)
  data$zero <- 0
  expect_as_lm(y ~ zero + x, data)
  expect_as_lm(y ~ f + I(f == "a") + x, data)
  expect_warning(predict(fits$ours, data[1:3, ]), "rank-deficient")
})

test_that("scales far apart and numbers near the range's ends do no harm", {
  data <- model_data()
  data$large <- data$x * 1e200
  data$small <- data$whole * 1e-200
  frame <- as_frame(data)
  expect_near(
    coef(alx_lm(y ~ large + small, frame)), coef(lm(y ~ large + small, data))
  )
  # Digits that a cross-product matrix would lose.
  data$far <- data$x + 1e7
  expect_near(coef(alx_lm(y ~ far, as_frame(data))), coef(lm(y ~ far, data)))
})

test_that("with few rows a fit is lm()'s", {
  data <- stats::na.omit(model_data(80))
  fit_of <- function(rows, formula) {
    list(ours = alx_lm(formula, as_frame(data[rows, ])), theirs = lm(formula, data[rows, ]))
  }
  for (rows in list(1, 1:2, 1:3)) {
    fits <- fit_of(rows, y ~ x + whole)
    expect_near(coef(fits$ours), coef(fits$theirs))
    expect_near(vcov(fits$ours), vcov(fits$theirs))
    expect_identical(df.residual(fits$ours) + 0, df.residual(fits$theirs) + 0)
  }
  fits <- fit_of(1:9, y ~ 0)
  expect_length(coef(fits$ours), 0)
  expect_near(deviance(fits$ours), deviance(fits$theirs))
})

test_that("what lm() refuses is refused", {
  data <- model_data()
  refused <- function(formula, data, ...) {
    extras <- eval(substitute(alist(...)))
    frame <- as_frame(data)
    call <- function(fun, x) as.call(c(list(fun, formula), x, extras))
    expect_error(suppressWarnings(eval(call(quote(lm), list(data = quote(data))))))
    expect_error(eval(call(quote(alx_lm), list(frame = quote(frame)))))
  }
  refused(y ~ x, data[0, ])
  refused(y ~ f, data[0, ])
  refused(y ~ x, data, subset = x > 1e9)
  refused(y ~ x, transform(data, x = NA_real_))
  refused(y ~ f, data, subset = f == "a")
  refused(y ~ s, transform(data, s = "u"))
  refused(y ~ x, transform(data, x = x / 0))
  refused(y ~ x, data, weights = w - 1)
  refused(y ~ nothing, data)
  refused(s ~ x, data)
  refused(y ~ x, data, weights = s)
})

test_that("what would differ from chunk to chunk is refused with a remedy", {
  frame <- as_frame(model_data())
  refused <- function(formula, ...) {
    condition <- expect_error(alx_lm(formula, frame, ...), class = "alluxior_invalid")
    expect_match(condition$remedy, "alx_collect")
  }
  refused(y ~ poly(x, 2))
  refused(y ~ scale(x))
  refused(y ~ I(x - mean(x)))
  refused(y ~ cut(x, 3))
  refused(y ~ as.integer(factor(k)))
  refused(y ~ factor(k, labels = c("p", "q", "r")))
  refused(rank(y) ~ x)
  refused(y ~ cumsum(x))
  refused(y ~ cbind(x, z))
  vector <- rnorm(2600)
  refused(y ~ vector)
  refused(y ~ I(x * vector))
  expect_error(alx_lm(~x, frame), class = "alluxior_invalid")
  expect_error(alx_lm(y ~ x, mtcars), class = "alluxior_invalid")
  expect_error(alx_lm(y ~ x, frame, subset = 1:10), class = "alluxior_invalid")
  expect_error(alx_lm(f ~ x, frame), class = "alluxior_invalid")
  expect_error(alx_lm(cbind(y, x) ~ z, frame), class = "alluxior_invalid")
  expect_error(residuals(alx_lm(y ~ x, frame)), class = "alluxior_invalid")
  expect_error(predict(alx_lm(y ~ x, frame)), class = "alluxior_invalid")
})

test_that("a frame is predicted chunk by chunk", {
  data <- model_data()
  data <- data[stats::complete.cases(data), ]
  row.names(data) <- NULL
  frame <- as_frame(data)
  fit <- alx_lm(y ~ x + f + factor(k), frame)
  expect_near(predict(fit, frame), unname(predict(fit, data)))
  whole <- predict(fit, data, se.fit = TRUE, interval = "confidence")
  whole$fit <- `rownames<-`(whole$fit, NULL)
  whole$se.fit <- unname(whole$se.fit)
  expect_near(predict(fit, frame, se.fit = TRUE, interval = "confidence"), whole)
  expect_length(predict(alx_lm(y ~ x, frame), as_frame(data[0, ])), 0)
})

test_that("fits are compared as by anova()", {
  data <- model_data()
  data <- data[stats::complete.cases(data), ]
  frame <- as_frame(data)
  ours <- anova(alx_lm(y ~ x, frame), alx_lm(y ~ x + f, frame), alx_lm(y ~ x * f, frame))
  theirs <- anova(lm(y ~ x, data), lm(y ~ x + f, data), lm(y ~ x * f, data))
  expect_near(as.list(ours), as.list(theirs), 1e-8)
  expect_error(
    anova(alx_lm(y ~ x, frame), alx_lm(y ~ x, frame, subset = x > 9)), class = "alluxior_invalid"
  )
})

test_that("a fit and its summary are shown as lm()'s are", {
  data <- model_data()
  frame <- as_frame(data)
  shown <- function(x) capture.output(print(x))
  # The call, and the quantiles of residuals, which we do not have.
  left_out <- "^(alx_)?lm[(]|^Residuals:|^ +Min +1Q|^( *-?[0-9.]+){5} *$"
  without_call <- function(lines) lines[!grepl(left_out, lines)]
  tidy <- function(x) Filter(nzchar, trimws(without_call(shown(x))))
  for (formula in c(y ~ x + f, y ~ x + double + s, y ~ 1)) {
    ours <- alx_lm(formula, frame)
    theirs <- lm(formula, data)
    expect_identical(tidy(ours), tidy(theirs))
    expect_identical(tidy(summary(ours)), tidy(summary(theirs)))
  }
})

test_that("states of parts of a frame merge into the state of the whole", {
  data <- model_data()
  data <- data[stats::complete.cases(data), c("y", "x", "off")]
  fit <- function(r) coef(lm.fit(r[, 1:3], r[, 4]))
  parts <- list(first = 0:3, variable = c(0L, 1L, 2L), tables = list(NULL, NULL, NULL))
  add <- function(r, rows) {
    variables <- list(rep(1, length(rows)), data$x[rows], data$off[rows])
    .Call(alluxior:::alx_c_fit_add, r, parts, variables, data$y[rows], NULL)
  }
  empty <- matrix(0, 4, 4)
  half <- seq_len(nrow(data) %/% 2)
  one <- add(empty, half)
  other <- add(empty, -half + nrow(data) + 1)
  merged <- .Call(
    alluxior:::alx_c_fit_add, one, parts, lapply(1:3, function(j) other[, j]), other[, 4], NULL
  )
  both <- c(half, -half + nrow(data) + 1)
  expect_near(fit(merged), fit(cbind(1, data$x[both], data$off[both], data$y[both])))
})
