# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Correlations of the columns of a frame
#'
#' Pearson's correlations as [stats::cor()] gives them, in one pass: the means of chunks and
#' products about them are merged, so that nothing cancels.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param columns Names or numbers of columns of numbers. By default all such.
#' @param use As for [stats::cor()].
#' @return A matrix.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' alx_cor(frame, c("Ozone", "Wind", "Temp"), use = "complete.obs")
#' @export
alx_cor <- function(frame, columns = NULL, use = c("everything", "all.obs", "complete.obs",
                                                   "na.or.complete", "pairwise.complete.obs")) {
  use <- match.arg(use)
  columns <- number_columns(frame, columns)
  pairwise <- use %in% c("everything", "pairwise.complete.obs")
  value <- if (pairwise) {
    pairwise_correlations(frame, columns, keep_missing = use == "everything")
  } else {
    complete_correlations(frame, columns, use)
  }
  if (anyNA(value$scale) || any(value$scale == 0, na.rm = TRUE)) {
    warning("the standard deviation is zero")
  }
  dimnames(value$matrix) <- list(columns, columns)
  value$matrix
}

complete_correlations <- function(frame, columns, use) {
  p <- length(columns)
  state <- fold_rows(frame, columns, moments_start(p), function(state, chunk) {
    x <- numbers_matrix(chunk)
    complete <- stats::complete.cases(x)
    if (use == "all.obs" && !all(complete)) {
      abort_alluxio(
        "alluxior_invalid", "missing observations in all.obs.", "Choose another `use`."
      )
    }
    moments_add(state, x[complete, , drop = FALSE])
  })
  if (state$rows == 0 && use == "complete.obs") {
    abort_alluxio("alluxior_invalid", "no complete element pairs.", "Choose fewer columns.")
  }
  if (state$rows < 2) {
    return(list(matrix = matrix(NA_real_, p, p), scale = 1))
  }
  scale <- sqrt(diag(state$squares))
  list(matrix = correlations(state$squares, outer(scale, scale)), scale = scale)
}

# Within [-1, 1], and exactly 1 of a column with itself.
correlations <- function(products, scales) {
  value <- pmin(pmax(products / ifelse(scales == 0, NA, scales), -1), 1)
  diag(value) <- 1
  value
}

# For each pair of columns the rows in which both are known: their number, means and products. In
# matrix i, j what is about column i is about it in these rows.
pairwise_correlations <- function(frame, columns, keep_missing) {
  p <- length(columns)
  zero <- matrix(0, p, p)
  start <- list(rows = zero, mean = zero, squares = zero, products = zero, missing = logical(p))
  state <- fold_rows(frame, columns, start, function(state, chunk) {
    x <- numbers_matrix(chunk)
    part <- pairwise_part(x)
    part$missing <- state$missing | colSums(is.na(x)) > 0
    pairwise_merge(state, part)
  })
  value <- correlations(state$products, sqrt(state$squares) * t(sqrt(state$squares)))
  value[state$rows < 2] <- NA
  if (keep_missing) {
    one <- diag(value)
    value[state$missing, ] <- NA
    value[, state$missing] <- NA
    diag(value) <- ifelse(state$missing, 1, one)
  }
  known <- state$rows >= 2
  list(matrix = value, scale = sqrt(state$squares)[known])
}

pairwise_part <- function(x) {
  known <- !is.na(x)
  # About the columns' means, so that what is left to cancel is small.
  center <- colMeans(x, na.rm = TRUE)
  center[is.nan(center)] <- 0
  x <- x - rep(center, each = nrow(x))
  x[!known] <- 0
  rows <- crossprod(known + 0)
  sums <- crossprod(x, known + 0)
  mean <- sums / pmax(rows, 1)
  list(
    rows = rows, mean = mean + center, squares = crossprod(x^2, known + 0) - rows * mean^2,
    products = crossprod(x) - rows * mean * t(mean)
  )
}

pairwise_merge <- function(a, b) {
  rows <- a$rows + b$rows
  step <- b$mean - a$mean
  weight <- a$rows * b$rows / pmax(rows, 1)
  list(
    rows = rows, mean = a$mean + step * b$rows / pmax(rows, 1),
    squares = a$squares + b$squares + step^2 * weight,
    products = a$products + b$products + step * t(step) * weight, missing = b$missing
  )
}
