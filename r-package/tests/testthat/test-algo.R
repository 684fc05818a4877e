# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

test_that("correlations are cor()'s", {
  data <- model_data()[c("x", "z", "whole", "off", "k", "y")]
  data$far <- data$off + 1e7
  frame <- as_frame(data)
  for (use in c("everything", "complete.obs", "na.or.complete", "pairwise.complete.obs")) {
    expect_near(alx_cor(frame, use = use), cor(data, use = use))
  }
  expect_error(alx_cor(frame, use = "all.obs"), class = "alluxior_invalid")
  known <- c("x", "off", "far")
  expect_near(alx_cor(frame, known, "all.obs"), cor(data[known], use = "all.obs"))
  data$one <- 1
  expect_warning(ours <- alx_cor(as_frame(data), c("x", "one")), "zero")
  expect_near(ours, suppressWarnings(cor(data[c("x", "one")])))
  expect_error(alx_cor(as_frame(model_data()), "f"), class = "alluxior_invalid")
})

test_that("tables are table()'s", {
  data <- model_data()
  frame <- as_frame(data)
  for (columns in list("f", "s", c("f", "s"), c("l", "z", "o"), c("k", "day"))) {
    for (use in c("no", "ifany", "always")) {
      expect_equal(alx_table(frame, columns, use), table(data[columns], useNA = use))
    }
  }
  expect_equal(alx_table(as_frame(data[0, ]), "f"), table(data[0, "f", drop = FALSE]))
})

test_that("summaries are summary()'s", {
  data <- model_data()
  data$time <- .POSIXct(data$x * 1e6, "UTC")
  data$time[2] <- NA
  data$many <- factor(data$day)
  frame <- as_frame(data)
  without_time <- setdiff(names(data), "time")
  expect_equal(alx_summary(frame, without_time), summary(data[without_time]))
  two <- c("x", "many")
  expect_equal(alx_summary(frame, two, maxsum = 4), summary(data[two], maxsum = 4))
  # The last digit that is printed of a fraction of a second hangs on the order of a sum.
  template <- alluxior:::frame_template(frame, "time")
  expect_equal(alluxior:::column_summary(frame, template, 7), summary(data$time))
  expect_equal(alx_summary(frame, "y", digits = 3), summary(data["y"], digits = 3))
})

test_that("principal components are prcomp()'s, but for signs", {
  data <- model_data()[c("x", "whole", "off", "positive")]
  frame <- as_frame(data)
  unsigned <- function(p) {
    p$rotation <- abs(p$rotation)
    p[c("sdev", "rotation", "center", "scale")]
  }
  for (scale in c(FALSE, TRUE)) {
    for (center in c(FALSE, TRUE)) {
      ours <- alx_prcomp(frame, center = center, scale = scale)
      expect_near(unsigned(ours), unsigned(prcomp(data, center = center, scale. = scale)))
    }
  }
  expect_near(abs(predict(ours, data)), abs(prcomp(data, scale. = TRUE)$x))
  expect_equal(dim(summary(ours)$importance), c(3, 4))
  expect_error(alx_prcomp(as_frame(model_data()), c("x", "z")), class = "alluxior_invalid")
  expect_error(alx_prcomp(as_frame(cbind(data, one = 1)), scale = TRUE), class = "alluxior_invalid")
})

test_that("clusters are kmeans()'s", {
  data <- model_data()[c("x", "whole", "off")]
  frame <- as_frame(data)
  start <- as.matrix(data[c(1, 500, 900, 2000), ])
  for (iterations in c(3, 100)) {
    ours <- suppressWarnings(alx_kmeans(frame, start, iter_max = iterations))
    theirs <- suppressWarnings(kmeans(data, start, iterations, algorithm = "Lloyd"))
    fields <- c("totss", "withinss", "tot.withinss", "betweenss", "size", "iter")
    expect_near(unclass(ours)[fields], unclass(theirs)[fields])
    expect_near(unname(ours$centers), unname(theirs$centers))
  }
  expect_identical(predict(ours, frame), unname(theirs$cluster))
  expect_warning(alx_kmeans(frame, start, iter_max = 1), "did not converge")
  expect_warning(alx_kmeans(frame, rbind(start, 1e9)), "empty cluster")
  expect_error(alx_kmeans(frame, start[, 1:2]), class = "alluxior_invalid")
  expect_error(alx_kmeans(frame, start[c(1, 1), ]), class = "alluxior_invalid")
})

test_that("histograms are hist()'s, also where values are on edges", {
  data <- model_data()
  data$x[7] <- Inf
  data$tenths <- data$whole / 10
  frame <- as_frame(data)
  for (column in c("x", "z", "tenths")) {
    for (breaks in list("Sturges", 7, 200)) {
      theirs <- hist(data[[column]], breaks, plot = FALSE)
      ours <- alx_hist(frame, column, breaks)
      fields <- setdiff(names(theirs), "xname")
      expect_equal(unclass(ours)[fields], unclass(theirs)[fields])
    }
  }
  uneven <- c(-1, -0.3, 0, 0.1, 1)
  expect_equal(
    alx_hist(frame, "tenths", uneven)$density, hist(data$tenths, uneven, plot = FALSE)$density
  )
  expect_error(alx_hist(frame, "tenths", c(0, 1)), class = "alluxior_invalid")
  expect_error(alx_hist(frame, "tenths", "nothing"), class = "alluxior_invalid")
  expect_error(alx_hist(frame, "s"), class = "alluxior_invalid")
})

test_that("bins in two dimensions follow the histogram's rule", {
  data <- model_data()
  frame <- as_frame(data)
  ours <- alx_bin2d(frame, "whole", "x", list(10, c(0, 9, 10, 30)))
  expect_identical(dim(ours$counts), lengths(ours$breaks) - 1L)
  expect_equal(rowSums(ours$counts), hist(data$whole, ours$breaks[[1]], plot = FALSE)$counts)
  expect_equal(colSums(ours$counts), hist(data$x, ours$breaks[[2]], plot = FALSE)$counts)
  expect_equal(sum(as.data.frame(ours)$count), nrow(data))
  inside <- alx_bin2d(frame, "whole", "x", list(c(0, 2), c(9, 10, 11)))
  expected <- table(cut(data$x[data$whole >= 0 & data$whole <= 2], 9:11))
  expect_equal(as.vector(inside$counts), as.vector(expected))
})

test_that("chunks are handed out, folded, and sampled", {
  data <- model_data()
  frame <- as_frame(data)
  expect_identical(unlist(alx_apply(frame, nrow)), c(1024L, 1024L, 552L))
  expect_identical(alx_reduce(frame, function(chunk) sum(chunk$whole), `+`), sum(data$whole))
  expect_null(alx_reduce(as_frame(data[0, ]), nrow, `+`))
  next_chunk <- alx_iter(frame, "x")
  next_chunk(reset = TRUE)
  pieces <- list(next_chunk(), next_chunk(reset = FALSE), next_chunk())
  expect_identical(do.call(rbind, pieces)$x, data$x)
  expect_null(next_chunk())
  next_chunk(reset = TRUE)
  expect_identical(next_chunk(), pieces[[1]])

  set.seed(1)
  before <- .Random.seed
  data$row <- seq_len(nrow(data))
  sample <- alx_sample(as_frame(data), 200, c("row", "f"), seed = 5)
  expect_identical(.Random.seed, before)
  other <- alx_write_frame(data, withr::local_tempfile(), chunk_rows = 2048)
  expect_identical(alx_sample(other, 200, c("row", "f"), seed = 5), sample)
  expect_identical(sample$f, data$f[sample$row])
  expect_false(identical(alx_sample(other, 200, c("row", "f"), seed = 6), sample))
  # About as many of each thirteenth of the rows: chi-squared with 12 degrees of freedom.
  spread <- table(cut(alx_sample(other, 1300, "row")$row, 13))
  expect_lt(sum((spread - 100)^2 / 100), qchisq(0.9999, 12))
  expect_identical(nrow(alx_sample(other, 1e6)), nrow(data))
  expect_identical(nrow(alx_sample(other, 0)), 0L)
})
