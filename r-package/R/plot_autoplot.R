# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Plots of frames larger than memory
#'
#' Methods of [ggplot2::autoplot()]: what is drawn was counted or sampled beforehand, so that a plot
#' holds some thousand shapes however large the frame is. They are ggplot objects, to which themes,
#' scales and labels can be added.
#'
#' @param object Of [alx_hist()] or [alx_bin2d()], or a frame of [alx_open_frame()].
#' @param x,y Names of columns of the frame. With both, points of a sample; with `x` alone, a
#'   histogram.
#' @param rows,seed Of the sample: see [alx_sample()].
#' @param ... Ignored.
#' @return A ggplot object.
#' @name autoplot.alx_frame
#' @family algorithms
#' @importFrom rlang .data
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' frame <- alx_write_frame(airquality, tempfile())
#' ggplot2::autoplot(frame, "Temp")
#' ggplot2::autoplot(frame, "Temp", "Ozone", rows = 100)
#' ggplot2::autoplot(alx_bin2d(frame, "Temp", "Wind", breaks = 10))
NULL

#' @rdname autoplot.alx_frame
#' @exportS3Method ggplot2::autoplot
autoplot.alx_hist <- function(object, ...) {
  bars <- data.frame(
    left = object$breaks[-length(object$breaks)], right = object$breaks[-1],
    height = if (object$equidist) object$counts else object$density
  )
  ggplot2::ggplot(bars) +
    ggplot2::geom_rect(ggplot2::aes(
      xmin = .data$left, xmax = .data$right, ymin = 0, ymax = .data$height
    ), fill = "grey35", colour = "white", linewidth = 0.2) +
    # Bars stand on the axis.
    ggplot2::scale_y_continuous(
      labels = plain_numbers, expand = ggplot2::expansion(mult = c(0, 0.05))
    ) +
    ggplot2::labs(x = object$xname, y = if (object$equidist) "count" else "density")
}

#' @rdname autoplot.alx_frame
#' @exportS3Method ggplot2::autoplot
autoplot.alx_bin2d <- function(object, ...) {
  cells <- as.data.frame(object)
  ggplot2::ggplot(cells[cells$count > 0, ]) +
    ggplot2::geom_tile(ggplot2::aes(
      x = .data$x, y = .data$y, width = .data$width, height = .data$height, fill = .data$count
    )) +
    ggplot2::scale_fill_viridis_c(limits = c(0, NA), labels = plain_numbers) +
    ggplot2::labs(x = object$names[[1]], y = object$names[[2]], fill = "count")
}

#' @rdname autoplot.alx_frame
#' @exportS3Method ggplot2::autoplot
autoplot.alx_frame <- function(object, x, y = NULL, rows = 10000, seed = 1, ...) {
  if (is.null(y)) {
    return(autoplot.alx_hist(alx_hist(object, x)))
  }
  points <- alx_sample(object, rows, c(x, y), seed)
  # Categories would be lines.
  width <- ifelse(vapply(points, is_category, NA), 0.3, 0)
  spread <- ggplot2::position_jitter(width[[1]], width[[2]], seed = seed)
  ggplot2::ggplot(stats::setNames(points, c("x", "y"))) +
    ggplot2::geom_point(
      ggplot2::aes(x = .data$x, y = .data$y), alpha = 0.4, size = 0.8, na.rm = TRUE,
      position = if (any(width > 0)) spread else "identity"
    ) +
    ggplot2::labs(
      x = names(points)[[1]], y = names(points)[[2]],
      caption = paste(
        if (nrow(points) == rows) "a sample of" else "all", plain_numbers(nrow(points)), "rows"
      )
    )
}

is_category <- function(column) is.factor(column) || is.character(column) || is.logical(column)

# 1,000,000 and not 1e+06, which is what counts come to.
plain_numbers <- function(x) {
  plain <- format(x, big.mark = ",", scientific = FALSE, trim = TRUE, drop0trailing = TRUE)
  replace(plain, is.na(x), "")
}
