# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Contingency tables of the columns of a frame
#'
#' Counts as [base::table()] gives them. Columns that are no factors are read once more before, for
#' the values that there are.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param columns Names or numbers of columns.
#' @param use_na Whether missing values are counted: as `useNA` of [base::table()].
#' @return A `table`; its counts are doubles where one is beyond an integer.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(warpbreaks, tempfile())
#' alx_table(frame, c("wool", "tension"))
#' @export
alx_table <- function(frame, columns, use_na = c("no", "ifany", "always")) {
  use_na <- match.arg(use_na)
  template <- frame_template(frame, columns)
  levels <- table_levels(frame, template)
  sizes <- vapply(levels, function(x) length(x$values) + 1, 0)
  cells <- prod(sizes)
  if (cells > table_limit) {
    abort_alluxio(
      "alluxior_invalid", paste0("the table would have ", cells, " cells."),
      "Choose fewer columns, or columns with fewer different values."
    )
  }
  dim <- unname(sizes)
  counts <- fold_rows(frame, names(template), numeric(cells), function(counts, chunk) {
    codes <- Map(table_codes, levels, chunk)
    counts + tabulate(cell_numbers(codes, dim), cells)
  })
  finished_table(array(counts, dim), levels, use_na)
}

table_limit <- 2^24

# For each column list(values, labels); a factor's values are its levels.
table_levels <- function(frame, template) {
  loose <- names(template)[!vapply(template, is.factor, NA)]
  seen <- list()
  if (length(loose) > 0) {
    seen <- fold_rows(frame, loose, list(), function(seen, chunk) {
      seen <- lapply(stats::setNames(loose, loose), function(name) {
        distinct_values(seen[[name]], chunk[[name]])
      })
      check_distinct(seen)
    })
  }
  lapply(stats::setNames(names(template), names(template)), function(name) {
    if (is.factor(template[[name]])) {
      labels <- levels(template[[name]])
      labels <- labels[!is.na(labels)]
      return(list(values = labels, labels = labels))
    }
    values <- sort(seen[[name]] %||% template[[name]])
    list(values = values, labels = as.character(values))
  })
}

# c(NULL, x) would lose the class of x.
distinct_values <- function(seen, values) {
  if (is.null(seen)) unique(values) else unique(c(seen, unique(values)))
}

check_distinct <- function(seen) {
  many <- names(seen)[lengths(seen) > table_limit]
  if (length(many) > 0) {
    abort_alluxio(
      "alluxior_invalid", paste0("column ", many[[1]], " has too many different values."),
      "Count in bins: alx_hist()."
    )
  }
  seen
}

# From 1; one more than there are values for a missing one.
table_codes <- function(levels, column) {
  rest <- length(levels$values) + 1L
  if (is.factor(column)) {
    codes <- match(levels(column), levels$values, nomatch = rest)[as.integer(column)]
    return(replace(codes, is.na(codes), rest))
  }
  match(column, levels$values, nomatch = rest)
}

cell_numbers <- function(codes, dim) {
  strides <- cumprod(c(1, dim[-length(dim)]))
  1 + Reduce(`+`, Map(function(code, stride) (code - 1) * stride, codes, strides))
}

# Without the last place of a dimension where missing values are not wanted.
finished_table <- function(counts, levels, use_na) {
  sizes <- dim(counts)
  kept <- lapply(seq_along(sizes), function(d) {
    missing <- sum(counts[slice.index(counts, d) == sizes[[d]]])
    with_missing <- use_na == "always" || (use_na == "ifany" && missing > 0)
    seq_len(sizes[[d]] - !with_missing)
  })
  value <- do.call(`[`, c(list(counts), kept, drop = FALSE))
  labels <- Map(function(level, kept) c(level$labels, NA)[kept], levels, kept)
  if (all(value <= .Machine$integer.max)) {
    storage.mode(value) <- "integer"
  }
  dimnames(value) <- labels
  class(value) <- "table"
  value
}
