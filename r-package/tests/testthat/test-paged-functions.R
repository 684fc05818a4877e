# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

table_of_things <- function(rows) {
  set.seed(31)
  data.frame(
    x = c(NA, rnorm(rows - 1)), y = rnorm(rows), n = sample(c(NA, 1:50), rows, TRUE),
    g = factor(sample(c("a", "b", NA), rows, TRUE)), text = sample(c("p", "q", NA), rows, TRUE),
    l = sample(c(TRUE, FALSE, NA), rows, TRUE), day = as.Date("2024-01-01") + seq_len(rows) %% 365,
    at = as.POSIXct("2024-01-01", tz = "UTC") + seq_len(rows)
  )
}

base_calls <- rlang::exprs(
  d[d$n > 25 & !is.na(d$n), c("x", "g")], subset(d, l, x:n), d[order(d$text, -d$n, d$x), ],
  with(d, tapply(y, g, mean)), aggregate(y ~ g, d, mean), aggregate(d$y, d["text"], median),
  table(d$g, d$l, useNA = "ifany"), xtabs(~ text + g, d), summary(d), quantile(d$y), range(d$x),
  cor(d$y, as.double(seq_along(d$y))), var(d$y), sapply(d, class), colSums(is.na(d)), unique(d$n),
  duplicated(d$text), match(d$text, "q"), d$g == "a", as.integer(d$g), levels(d$g), nchar(d$text),
  paste(d$text, d$n)[1:9], format(d[1:3, ]), as.matrix(d[c("x", "y")]), split(d$y, d$g),
  cut(d$y, 3), ifelse(d$l, d$x, d$y), merge(d[1:99, ], data.frame(g = "a", z = 1)), d$x + d$n,
  cumsum(d$y), diff(d$day), rev(d$at), months(d$day[1:40]), trunc(d$at[1:3], "hours"),
  rowsum(d$y, d$l, na.rm = TRUE), is.na(d$x), complete.cases(d), na.omit(d), rbind(d, d[1:2, ]),
  cbind(d, z = 1), t(d[1:3, ]),
  do.call(rbind, by(d$y, d$text, summary)), reshape(d[1:4, c("x", "y")], direction = "long",
    varying = c("x", "y"), v.names = "v"), stack(d[c("x", "y")]), head(model.matrix(y ~ g + n, d)),
  coef(summary(lm(y ~ x + g, d))), coef(glm(l ~ x, binomial, d)), anova(lm(y ~ g, d)),
  t.test(y ~ l, d)$p.value, hist(d$y, plot = FALSE)$counts, density(d$y)$bw, prcomp(d["y"])$sdev,
  ave(d$y, d$g), rank(d$x), which.max(d$x), findInterval(d$y, c(-1, 0, 1)), tabulate(d$n),
  outer(d$y[1:3], d$x[1:3]), mapply(function(a, b) a, d$n[1:5], d$y[1:5]), Reduce(`+`, d$y[1:9]),
  for (v in d$n) v, identical(d, d), all.equal(d, d), object.size(d) > 0, nrow(d), str(d)
)

for (way in names(paged_ways)) {
  test_that(paste("functions of base and stats give what they give of a plain data.frame,", way), {
    local_paged(way, cache = 2^20)
    plain <- table_of_things(3000)
    paged <- paged_copy(plain)$rows
    for (call in base_calls) {
      answer <- function(d) {
        output <- utils::capture.output(value <- suppressWarnings(eval(call, list(d = d))))
        list(value, output)
      }
      expect_identical(answer(paged), answer(plain), info = rlang::expr_text(call))
    }
    expect_identical(paged, plain)
    expect_true(all(vapply(paged, is_paged, NA)))
  })
}

test_that("dplyr's verbs do", {
  skip_if_not_installed("dplyr")
  local_paged("copied", cache = 2^20)
  plain <- table_of_things(3000)
  paged <- paged_copy(plain)$rows
  verbs <- list(
    function(d) dplyr::filter(d, x > 0, text == "q"), function(d) dplyr::slice(d, 3000:2990),
    function(d) dplyr::mutate(d, z = x * 2, n = NULL), function(d) dplyr::arrange(d, text, desc(y)),
    function(d) dplyr::summarise(dplyr::group_by(d, g), m = mean(x, na.rm = TRUE), n = dplyr::n()),
    function(d) dplyr::count(d, text, g), function(d) dplyr::distinct(d, n),
    function(d) dplyr::left_join(d, data.frame(g = c("a", "b"), z = 1:2), by = "g"),
    function(d) dplyr::bind_rows(d, d), function(d) dplyr::as_tibble(d),
    function(d) dplyr::select(d, c(x, n)), function(d) dplyr::pull(d, day)
  )
  desc <- dplyr::desc
  for (verb in verbs) expect_identical(verb(paged), verb(plain), info = deparse1(verb))
})

test_that("a ggplot of it is built as of a plain one", {
  skip_if_not_installed("ggplot2")
  local_paged("copied", cache = 2^20)
  plain <- table_of_things(3000)
  paged <- paged_copy(plain)$rows
  built <- function(d) {
    aes <- ggplot2::aes
    plots <- list(
      ggplot2::ggplot(d, aes(y)) + ggplot2::geom_histogram(bins = 20),
      ggplot2::ggplot(d, aes(g, y, fill = l)) + ggplot2::geom_boxplot(),
      ggplot2::ggplot(d, aes(day, y, colour = text)) + ggplot2::geom_point(),
      ggplot2::ggplot(d, aes(y, n)) + ggplot2::geom_bin2d(bins = 9, na.rm = TRUE)
    )
    lapply(plots, function(plot) ggplot2::layer_data(plot))
  }
  expect_identical(built(paged), built(plain))
})
