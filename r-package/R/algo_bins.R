# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

#' Histograms and counts in two dimensions
#'
#' `alx_hist()` counts as [graphics::hist()] does, `alx_bin2d()` counts rows by two columns with
#' the same rule along both: bins are closed on the right, the first one on both sides, and an edge
#' is widened by `hist()`'s 1e-7 of a bin, so that rounding does not move values across. One pass is
#' for the range, one to count. Missing and infinite values are left out; of `alx_bin2d()` also rows
#' outside of edges that were given.
#'
#' @param frame A frame of [alx_open_frame()].
#' @param column,x,y Names or numbers of columns of numbers.
#' @param breaks As for [graphics::hist()]: `"Sturges"`, about how many bins, or all edges. For
#'   `alx_bin2d()` of both columns, or a list of two.
#' @return `alx_hist()` an object of class `alx_hist` and `histogram`, which `plot()` shows;
#'   `alx_bin2d()` a list of class `alx_bin2d`: `counts`, a matrix (of x by y), `breaks`, a list of
#'   two, and `names`. `as.data.frame()` makes rows of the cells of the latter. `autoplot()` of
#'   ggplot2 shows both.
#' @family algorithms
#' @examples
#' frame <- alx_write_frame(airquality, tempfile())
#' plot(alx_hist(frame, "Temp"))
#' alx_bin2d(frame, "Wind", "Temp", breaks = 4)$counts
#' @export
alx_hist <- function(frame, column, breaks = "Sturges") {
  name <- number_columns(frame, column)
  if (length(name) != 1) {
    abort_alluxio("alluxior_invalid", "column is not one column.", "Give a name or a number.")
  }
  plan <- bin_plans(frame, name, list(breaks))
  counts <- bin_counts(frame, plan)
  if (sum(counts) < plan[[1]]$rows) {
    refuse_breaks("some values are in no bin")
  }
  breaks <- plan[[1]]$breaks
  widths <- diff(breaks)
  structure(
    list(
      breaks = breaks, counts = as.vector(counts),
      density = as.vector(counts) / (sum(counts) * widths),
      mids = (breaks[-1] + breaks[-length(breaks)]) / 2, xname = name,
      equidist = !plan[[1]]$given || diff(range(widths)) < 1e-7 * mean(widths)
    ),
    class = c("alx_hist", "histogram")
  )
}

#' @rdname alx_hist
#' @export
alx_bin2d <- function(frame, x, y, breaks = 30) {
  names <- c(number_columns(frame, x), number_columns(frame, y))
  if (length(names) != 2) {
    abort_alluxio("alluxior_invalid", "x and y are not one column each.", "Give two names.")
  }
  plan <- bin_plans(frame, names, if (is.list(breaks)) breaks else list(breaks, breaks))
  counts <- bin_counts(frame, plan)
  structure(
    list(counts = counts, breaks = lapply(plan, `[[`, "breaks"), names = names),
    class = "alx_bin2d"
  )
}

#' @export
print.alx_bin2d <- function(x, ...) {
  cat(
    "<alx_bin2d> ", format(sum(x$counts), big.mark = ","), " rows by ", x$names[[1]], " (",
    nrow(x$counts), " bins) and ", x$names[[2]], " (", ncol(x$counts), " bins)\n",
    sep = ""
  )
  invisible(x)
}

#' @export
as.data.frame.alx_bin2d <- function(x, ...) {
  mids <- lapply(x$breaks, function(edges) (edges[-1] + edges[-length(edges)]) / 2)
  cells <- expand.grid(x = mids[[1]], y = mids[[2]], KEEP.OUT.ATTRS = FALSE)
  cells$width <- rep(diff(x$breaks[[1]]), ncol(x$counts))
  cells$height <- rep(diff(x$breaks[[2]]), each = nrow(x$counts))
  cells$count <- as.vector(x$counts)
  cells
}

refuse_breaks <- function(why) {
  abort_alluxio(
    "alluxior_invalid", paste0("breaks: ", why, "."),
    "Give \"Sturges\", a number of bins, or edges that span all values."
  )
}

# For each column list(name, breaks, edges, rows, given): values are compared with the edges, which
# are the breaks as widened.
bin_plans <- function(frame, names, breaks) {
  for (given in Filter(is.character, breaks)) {
    if (!identical(tolower(given), "sturges")) {
      refuse_breaks(paste0("'", given[[1]], "' is not known"))
    }
  }
  ranges <- finite_ranges(frame, unique(names))
  Map(function(name, breaks) {
    range <- ranges[[name]]
    if (range$rows == 0) {
      abort_alluxio("alluxior_invalid", paste0(name, " has no finite value."), "Choose another.")
    }
    bin_plan(name, breaks, range)
  }, unname(names), unname(breaks), USE.NAMES = FALSE)
}

bin_plan <- function(name, breaks, range) {
  given <- is.numeric(breaks) && length(breaks) > 1
  if (is.character(breaks)) {
    breaks <- ceiling(log2(range$rows) + 1)
  }
  if (!is.numeric(breaks) || !all(is.finite(breaks)) || (!given && !isTRUE(breaks >= 1))) {
    refuse_breaks(paste0(deparse1(breaks), " cannot be right"))
  }
  breaks <- if (given) sort(breaks) else pretty(range$range, n = min(breaks, 1e6), min.n = 1)
  list(
    name = name, breaks = breaks, edges = widened(breaks, range$range), rows = range$rows,
    given = given
  )
}

# Of each column, in one pass.
finite_ranges <- function(frame, names) {
  start <- lapply(rlang::set_names(names), function(name) list(rows = 0, range = c(Inf, -Inf)))
  fold_rows(frame, names, start, function(state, chunk) Map(with_values_of, state, chunk[names]))
}

with_values_of <- function(known, column) {
  values <- as_numbers(column)
  values <- values[is.finite(values)]
  range <- c(min(known$range[[1]], values), max(known$range[[2]], values))
  list(rows = known$rows + length(values), range = range)
}

# hist()'s tolerance.
widened <- function(breaks, range) {
  widths <- diff(breaks)
  unit <- if (length(breaks) > 5) {
    stats::median(widths)
  } else if (length(breaks) <= 3) {
    diff(range)
  } else {
    min(widths[widths > 0])
  }
  breaks + 1e-7 * unit * c(-1, rep(1, length(breaks) - 1))
}

bin_counts <- function(frame, plan) {
  edges <- lapply(plan, `[[`, "edges")
  bins <- lengths(edges) - 1
  widths <- lapply(plan, function(x) diff(x$breaks))
  is_even <- vapply(widths, function(x) diff(range(x)) < 1e-7 * mean(x), NA)
  per_unit <- ifelse(is_even, 1 / vapply(widths, mean, 0), 0)
  names <- vapply(plan, `[[`, "", "name")
  counts <- fold_rows(frame, unique(names), numeric(prod(bins)), function(counts, chunk) {
    values <- lapply(names, function(name) as_numbers(chunk[[name]]))
    .Call(alx_c_count_bins, values, edges, as.double(per_unit), counts)
  })
  array(counts, bins)
}
