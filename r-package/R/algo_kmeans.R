# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' K-means clusters of the rows of a frame
#'
#' Lloyd's algorithm from given centres: what [stats::kmeans()] finds with `algorithm =
#' "Lloyd"`. One pass is for each iteration, and one to begin with.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param centers A matrix with a row for each centre and a column for each of `columns`.
#' @param columns Names or numbers of columns of numbers. By default all such. They may have no
#'   missing or infinite value.
#' @param iter_max How many iterations at most.
#' @return An object of class `alx_kmeans`: a list as of [stats::kmeans()] without `cluster`, since
#'   that is one number for each row. `predict(k, chunk)` gives the clusters of a chunk.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(iris[1:4], tempfile())
#' fit <- alx_kmeans(frame, iris[c(1, 51, 101), 1:4])
#' fit
#' table(predict(fit, iris))
#' @export
alx_kmeans <- function(frame, centers, columns = NULL, iter_max = 10) {
  columns <- number_columns(frame, columns)
  centers <- check_centers(centers, columns)
  moments <- moments_of(frame, columns)
  for (iteration in seq_len(iter_max)) {
    state <- kmeans_pass(frame, columns, centers)
    moved <- state$sums / state$sizes
    # About the new centres, from what was found about the former.
    within <- pmax(state$within - state$sizes * rowSums((moved - centers)^2), 0)
    converged <- identical(moved, centers)
    if (converged || any(state$sizes == 0)) {
      break
    }
    centers <- moved
  }
  warn_of_kmeans(state, converged, iter_max)
  # stats counts the one that would have been next, too.
  iterations <- iteration + !(converged || any(state$sizes == 0))
  kmeans_result(moved, columns, state, within, moments, iterations)
}

check_centers <- function(centers, columns) {
  centers <- unname(as.matrix(centers))
  storage.mode(centers) <- "double"
  if (ncol(centers) != length(columns) || nrow(centers) == 0 || !all(is.finite(centers))) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("centers is no matrix of numbers with ", length(columns), " columns."),
      "Give a row for each centre, with a value for each column."
    )
  }
  if (anyDuplicated(centers)) {
    abort_alluxio(
      "alluxior_invalid", "initial centers are not distinct.", "Give different centres."
    )
  }
  centers
}

kmeans_pass <- function(frame, columns, centers) {
  k <- nrow(centers)
  start <- list(sizes = numeric(k), sums = centers * 0, within = numeric(k))
  fold_rows(frame, columns, start, function(state, chunk) {
    .Call(alx_c_kmeans_add, unname(lapply(chunk, as_numbers)), centers, state)
  })
}

warn_of_kmeans <- function(state, converged, iter_max) {
  if (any(state$sizes == 0)) {
    warning("empty cluster: try a better set of initial centers", call. = FALSE)
  } else if (!converged) {
    warning("did not converge in ", iter_max, " iterations", call. = FALSE)
  }
}

kmeans_result <- function(centers, columns, state, within, moments, iterations) {
  dimnames(centers) <- list(seq_len(nrow(centers)), columns)
  total <- sum(diag(moments$squares))
  structure(
    list(
      centers = centers, totss = total, withinss = within, tot.withinss = sum(within),
      betweenss = total - sum(within), size = state$sizes, iter = iterations
    ),
    class = "alx_kmeans"
  )
}

#' @export
print.alx_kmeans <- function(x, ...) {
  sizes <- paste(format(x$size, trim = TRUE), collapse = ", ")
  cat("K-means clustering with", length(x$size), "clusters of sizes", sizes, "\n\nCluster means:\n")
  print(x$centers, ...)
  cat("\nWithin cluster sum of squares by cluster:\n")
  print(x$withinss, ...)
  share <- format(100 * x$betweenss / x$totss, digits = 3)
  cat(" (between_SS / total_SS = ", share, " %)\n", sep = "")
  invisible(x)
}

#' @export
predict.alx_kmeans <- function(object, newdata, ...) {
  predict_chunks(newdata, function(chunk) {
    x <- as.matrix(chunk[colnames(object$centers)])
    squares <- apply(object$centers, 1, function(center) {
      rowSums((x - rep(center, each = nrow(x)))^2)
    })
    max.col(-matrix(squares, nrow(x)), ties.method = "first")
  })
}
