# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("plots draw what was counted and sampled", {
  skip_if_not_installed("ggplot2")
  data <- model_data()
  frame <- as_frame(data)
  autoplot <- ggplot2::autoplot
  counted <- hist(data$x, plot = FALSE)
  bars <- ggplot2::layer_data(autoplot(frame, "x"))
  expect_equal(bars$ymax, counted$counts)
  expect_equal(c(bars$xmin, max(bars$xmax)), counted$breaks)

  bins <- alx_bin2d(frame, "x", "whole", breaks = 8)
  plot <- autoplot(bins)
  tiles <- ggplot2::layer_data(plot)
  expect_identical(nrow(tiles), sum(bins$counts > 0))
  expect_equal(range(tiles$xmin, tiles$xmax), range(bins$breaks[[1]]))
  expect_identical(plot$labels[c("x", "y")], list(x = "x", y = "whole"))
  fill <- ggplot2::ggplot_build(plot)$plot$scales$get_scales("fill")
  expect_equal(fill$get_limits(), c(0, max(bins$counts)))
  expect_identical(fill$labels(c(NA, 0, 2.5e6)), c("", "0", "2,500,000"))

  points <- ggplot2::layer_data(autoplot(frame, "x", "off", rows = 100))
  expect_equal(points[c("x", "y")], setNames(alx_sample(frame, 100, c("x", "off")), c("x", "y")))
  expect_identical(autoplot(frame, "x", "off", rows = 100)$labels$caption, "a sample of 100 rows")
  whole <- autoplot(frame, "x", "off", rows = 1e5)
  expect_identical(whole$labels$caption, paste("all", format(nrow(data), big.mark = ","), "rows"))

  # A category's points are spread along its axis alone.
  sample <- alx_sample(frame, 100, c("f", "x"))
  spread <- ggplot2::layer_data(autoplot(frame, "f", "x", rows = 100))
  expect_equal(spread$y, sample$x)
  known <- !is.na(sample$f)
  middle <- as.integer(droplevels(sample$f))
  expect_true(all(abs(as.numeric(spread$x) - middle)[known] <= 0.3))
  expect_gt(length(unique(as.numeric(spread$x))), 50)

  uneven <- autoplot(alx_hist(frame, "x", c(0, 9, 10, 30)))
  expect_identical(uneven$labels$y, "density")
})
