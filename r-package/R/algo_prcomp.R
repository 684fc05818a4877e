# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Principal components of a frame
#'
#' What [stats::prcomp()] finds, by a QR decomposition that takes in chunk after chunk and the
#' singular values of its small R: two passes. The sign of a component is arbitrary, there and here.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param columns Names or numbers of columns of numbers. By default all such. They may have no
#'   missing or infinite value.
#' @param center,scale Whether columns are shifted to mean 0, and scaled to variance 1.
#' @return An object of class `prcomp` as with `retx = FALSE`: `predict(p, chunk)` gives the scores
#'   of a chunk.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(USArrests, tempfile())
#' summary(alx_prcomp(frame, scale = TRUE))
#' @export
alx_prcomp <- function(frame, columns = NULL, center = TRUE, scale = FALSE) {
  columns <- number_columns(frame, columns)
  p <- length(columns)
  moments <- moments_of(frame, columns)
  if (moments$rows == 0) {
    abort_alluxio("alluxior_invalid", "the frame has no rows.", "Write some first.")
  }
  shift <- if (center) moments$mean else numeric(p)
  # As scale() has it: about the mean where that is taken off, else about 0.
  squares <- diag(moments$squares) + if (center) 0 else moments$rows * moments$mean^2
  unit <- if (scale) sqrt(squares / max(1, moments$rows - 1)) else rep(1, p)
  if (any(unit == 0)) {
    abort_alluxio(
      "alluxior_invalid", "cannot rescale a constant/zero column to unit variance.",
      paste0("Leave out ", columns[unit == 0][[1]], ".")
    )
  }
  r <- qr_of(frame, columns, shift, unit)
  parts <- svd(r, nu = 0)
  kept <- seq_len(min(p, moments$rows))
  names <- list(columns, paste0("PC", kept))
  structure(
    list(
      sdev = parts$d[kept] / sqrt(max(1, moments$rows - 1)),
      rotation = `dimnames<-`(parts$v[, kept, drop = FALSE], names),
      center = if (center) stats::setNames(shift, columns) else FALSE,
      scale = if (scale) stats::setNames(unit, columns) else FALSE
    ),
    class = "prcomp"
  )
}

# R of the columns, shifted and scaled.
qr_of <- function(frame, columns, shift, unit) {
  p <- length(columns)
  parts <- list(
    first = 0:p, variable = seq_len(p) - 1L, tables = rep(list(NULL), p)
  )
  r <- fold_rows(frame, columns, matrix(0, p + 1, p + 1), function(r, chunk) {
    scaled <- Map(function(x, shift, unit) (as_numbers(x) - shift) / unit, chunk, shift, unit)
    .Call(alx_c_fit_add, r, parts, unname(scaled), numeric(nrow(chunk)), NULL)
  })
  r[seq_len(p), seq_len(p), drop = FALSE]
}
