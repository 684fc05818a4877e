# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Columns of numbers, as the algorithms take them.

# The names of the columns asked for, or of all that hold numbers; any other is refused.
number_columns <- function(frame, columns = NULL) {
  template <- frame_template(frame, columns)
  is_number <- vapply(template, function(x) is.numeric(x) && !inherits(x, "integer64"), NA)
  if (is.null(columns)) {
    template <- template[is_number]
    is_number <- is_number[is_number]
  }
  if (!all(is_number) || length(template) == 0) {
    wrong <- c(names(template)[!is_number], "no column")[[1]]
    abort_alluxio(
      "alluxior_invalid", paste0("columns: ", wrong, " is not numeric."),
      "Name columns of class integer or double; alx_collect() converts others in memory."
    )
  }
  names(template)
}

# One column that has an order: numbers and times.
ordered_column <- function(frame, column) {
  template <- frame_template(frame, column)
  if (length(template) != 1) {
    abort_alluxio("alluxior_invalid", "column is not one column.", "Give a name or a number.")
  }
  value <- template[[1]]
  is_time <- inherits(value, c("Date", "POSIXct", "difftime"))
  if (!(is.numeric(value) || is_time) || inherits(value, "integer64")) {
    abort_alluxio(
      "alluxior_invalid", paste0("column ", names(template), " is ", class(value)[[1]], "."),
      "Give a column of numbers or times."
    )
  }
  template
}

as_numbers <- function(x) as.double(unclass(x))

# Rows, means and sums of squares about them, merged by the rule of Chan, Golub and LeVeque (1979),
# in which nothing cancels. x is a matrix of a chunk's rows.
moments_start <- function(p) list(rows = 0, mean = numeric(p), squares = matrix(0, p, p))

moments_add <- function(state, x) {
  if (nrow(x) == 0) {
    return(state)
  }
  mean <- colMeans(x)
  part <- list(rows = nrow(x), mean = mean, squares = crossprod(x - rep(mean, each = nrow(x))))
  moments_merge(state, part)
}

moments_merge <- function(a, b) {
  rows <- a$rows + b$rows
  step <- b$mean - a$mean
  list(
    rows = rows,
    mean = a$mean + step * b$rows / rows,
    squares = a$squares + b$squares + tcrossprod(step) * (a$rows * b$rows / rows)
  )
}

moments_of <- function(frame, columns) {
  fold_rows(frame, columns, moments_start(length(columns)), function(state, chunk) {
    x <- numbers_matrix(chunk)
    check_finite(x)
    moments_add(state, x)
  })
}

numbers_matrix <- function(chunk) {
  vapply(chunk, as_numbers, numeric(nrow(chunk)), USE.NAMES = FALSE) |>
    matrix(nrow(chunk), length(chunk))
}

check_finite <- function(x) {
  if (!all(is.finite(x))) {
    abort_alluxio(
      "alluxior_invalid", "infinite or missing values.",
      "Leave out the columns that have them, or write a frame without such rows."
    )
  }
}
