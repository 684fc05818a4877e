# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("fits are glm()'s in every family", {
  data <- model_data()
  expect_as_glm(yes ~ x + f + o, data, family = binomial())
  expect_as_glm(yes ~ x * l, data, family = binomial("probit"))
  expect_as_glm(yes ~ x + s, data, family = "quasibinomial")
  expect_as_glm(count ~ x + f, data, family = poisson)
  expect_as_glm(count ~ x + whole, data, family = quasipoisson())
  expect_as_glm(y ~ x + f, data)
  expect_as_glm(y ~ x + f, data, family = gaussian())
  expect_as_glm(positive ~ whole + o, data, family = Gamma("log"))
  expect_as_glm(positive ~ whole, data, family = Gamma())
  expect_as_glm(positive ~ whole, data, family = inverse.gaussian("log"))
  expect_as_glm(count ~ x, data, family = quasi("log", "mu"))
})

test_that("binomial responses may be factors, counts and shares", {
  data <- model_data()
  data$outcome <- factor(ifelse(data$yes == 1, "won", "lost"), c("never", "lost", "won"))
  expect_as_glm(outcome ~ x, data, family = binomial())
  data$won <- data$count
  data$lost <- data$whole + 5L
  data$lost[3] <- NA
  expect_as_glm(cbind(won, lost) ~ x + l, data, family = binomial())
  data$trials <- data$won + data$lost + 1
  data$share <- data$won / data$trials
  expect_as_glm(share ~ x + l, data, family = binomial(), weights = trials)
  expect_as_glm(l ~ x, data, family = binomial())
})

test_that("weights, offsets, subsets and contrasts are glm()'s", {
  data <- model_data()
  expect_as_glm(count ~ x + f, data, family = poisson(), weights = w, offset = off / 10)
  expect_as_glm(count ~ x + offset(off / 10) - 1, data, family = poisson())
  expect_as_glm(positive ~ x + f, data, family = Gamma("log"), weights = w + 1, subset = x > 9.5)
  expect_as_glm(y ~ x + offset(off), data, weights = w + 1)
  expect_as_glm(count ~ 1, data, family = poisson())
  expect_as_glm(count ~ f, data, family = poisson(), contrasts = list(f = "contr.sum"))
})

test_that("collinear columns are left out by glm()'s rule", {
  fits <- expect_as_glm(yes ~ double + x + f, model_data(), family = binomial())
  expect_true(is.na(coef(fits$ours)[["x"]]))
})

test_that("fits are compared, shown, and predicted for a frame", {
  data <- model_data()
  data <- data[stats::complete.cases(data), ]
  frame <- as_frame(data)
  ours <- list(
    alx_glm(yes ~ x, frame, binomial()), alx_glm(yes ~ x + f, frame, binomial())
  )
  theirs <- list(glm(yes ~ x, binomial(), data), glm(yes ~ x + f, binomial(), data))
  expect_near(
    as.list(anova(ours[[1]], ours[[2]], test = "Chisq")),
    as.list(anova(theirs[[1]], theirs[[2]], test = "Chisq"))
  )
  expect_near(
    predict(ours[[2]], frame, type = "response"),
    unname(predict(theirs[[2]], data, type = "response"))
  )
  # The call, and the quantiles of deviance residuals, which we do not have.
  left_out <- "^(alx_)?glm[(]|data = data|^Deviance Residuals|^ *Min +1Q|^( *-?[0-9.]+){5} *$|Call"
  tidy <- function(x) {
    lines <- trimws(capture.output(print(x)))
    gsub(" +", " ", Filter(nzchar, lines[!grepl(left_out, lines)]))
  }
  expect_identical(tidy(summary(ours[[2]])), tidy(summary(theirs[[2]])))
})

test_that("what glm() refuses is refused", {
  data <- model_data()
  refused <- function(formula, data, ...) {
    extras <- eval(substitute(alist(...)))
    frame <- as_frame(data)
    call <- function(fun, x) as.call(c(list(fun, formula), x, extras))
    expect_error(suppressWarnings(eval(call(quote(glm), list(data = quote(data))))))
    expect_error(eval(call(quote(alx_glm), list(frame = quote(frame)))))
  }
  refused(yes ~ x, data[0, ], family = binomial())
  refused(count ~ x, data, family = binomial())
  refused(y ~ x, data, family = poisson())
  refused(y ~ x, data, family = Gamma())
  refused(yes ~ x, data, family = "nothing")
  refused(s ~ x, data, family = binomial())
  refused(yes ~ x, data, family = binomial(), weights = w - 1)
  expect_error(anova(alx_glm(yes ~ x, as_frame(data))), class = "alluxior_invalid")
})

test_that("what glm() warns of is warned of", {
  data <- data.frame(x = 1:40, yes = rep(0:1, each = 20))
  expect_warning(
    alx_glm(yes ~ x, as_frame(data), binomial(), control = list(maxit = 3)), "did not converge"
  )
  warned <- capture_warnings(alx_glm(yes ~ x, as_frame(data), binomial()))
  expect_match(warned, "numerically 0 or 1", all = FALSE)
})
