# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Summary of a frame
#'
#' What [base::summary()] says of a data.frame, with exact quantiles, of one larger than memory.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param columns Names or numbers of columns. By default all.
#' @param maxsum,digits As for [base::summary()].
#' @return A `table`, as of [base::summary.data.frame()].
#' @family algorithms
#' @examples
#' alx_summary(alx_write_frame(airquality, tempfile()))
#' @export
alx_summary <- function(frame, columns = NULL, maxsum = 7L, digits = NULL) {
  template <- frame_template(frame, columns)
  summaries <- lapply(names(template), function(name) {
    summary <- column_summary(frame, template[name], maxsum)
    structure(list(summary), class = "alx_column_summary")
  })
  names(summaries) <- names(template)
  # summary.data.frame() lays out what summary() says of each column, which is what we have already.
  arguments <- list(frame_of(summaries, 1L), maxsum = maxsum)
  do.call(summary, c(arguments, if (!is.null(digits)) list(digits = digits)))
}

#' @export
summary.alx_column_summary <- function(object, ...) unclass(object)[[1]]

column_summary <- function(frame, template, maxsum) {
  column <- template[[1]]
  if (is.factor(column)) {
    return(factor_summary(frame, template, maxsum))
  }
  if (is.logical(column)) {
    return(logical_summary(alx_table(frame, names(template), "ifany")))
  }
  if (is.character(column) || inherits(column, "difftime")) {
    # summary() says no more of these than how many there are.
    shape <- summary(column)
    shape[["Length"]] <- format(frame_rows(frame, names(template)), scientific = FALSE)
    return(shape)
  }
  number_summary(frame, template)
}

# The most frequent levels, and the others together.
factor_summary <- function(frame, template, maxsum) {
  counts <- alx_table(frame, names(template), "ifany")
  labels <- names(counts)
  labels[is.na(labels)] <- "NA's"
  counts <- stats::setNames(as.vector(counts), labels)
  if (length(counts) <= maxsum) {
    return(counts)
  }
  is_missing <- names(counts) == "NA's"
  missing <- counts[is_missing]
  counts <- sort(counts[!is_missing], decreasing = TRUE)
  shown <- seq_len(maxsum - 1 - length(missing))
  c(counts[shown], "(Other)" = sum(counts[-shown]), missing)
}

logical_summary <- function(counts) {
  labels <- names(counts)
  labels[is.na(labels)] <- "NA's"
  values <- c(Mode = "logical", stats::setNames(as.character(counts), labels))
  structure(values, class = c("summaryDefault", "table"))
}

number_summary <- function(frame, template) {
  start <- count_values(frame, template)
  mean <- alx_reduce(frame, function(chunk) {
    values <- as_numbers(chunk[[1]])
    known <- values[!is.na(values)]
    list(rows = length(known), mean = if (length(known) > 0) mean(known) else 0)
  }, function(a, b) {
    rows <- a$rows + b$rows
    share <- if (rows > 0) b$rows / rows else 0
    list(rows = rows, mean = a$mean * (1 - share) + b$mean * share)
  }, names(template))
  rule <- quantile_rule(start$rows, c(0, 0.25, 0.5, 0.75, 1), 7)
  quantiles <- ruled_quantiles(frame, template, start, rule)
  mean <- if (start$rows > 0) mean$mean else NaN
  as_summary(template[[1]], c(quantiles[1:3], mean, quantiles[4:5]), start$missing)
}

# The summary of a column of this class, made of that of a value and perhaps a missing one.
as_summary <- function(template, values, missing) {
  example <- restore_class(as.double(c(0, if (missing > 0) NA)), template)
  shape <- summary(example)
  kept <- attributes(shape)
  shape <- unclass(shape)
  shape[1:6] <- values
  if (missing > 0 && length(shape) == 7) {
    shape[[7]] <- missing
  }
  attributes(shape) <- kept
  if (!is.null(kept$NAs)) {
    attr(shape, "NAs") <- missing
  }
  shape
}
