# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Which chunks may hold rows that pass a filter, by what the manifest says about each chunk and
# column. TRUE where it cannot be told.

# 'condition' is a compiled expression; 'origin' as in a query (frame_query.R). A logical value for
# each chunk.
chunks_passing <- function(condition, origin, manifest) {
  count <- length(manifest$chunks$file)
  unknown <- rep(TRUE, count)
  if (!is.language(condition)) {
    return(rep(isTRUE(condition), count))
  }
  if (is.symbol(condition)) {
    return(unknown)
  }
  part <- function(i) chunks_passing(condition[[i]], origin, manifest)
  column <- function(i) origin_column(condition[[i]], origin, manifest)
  switch(called(condition),
    "(" = part(2),
    "&" = part(2) & part(3),
    "|" = part(2) | part(3),
    "==" = , "<" = , "<=" = , ">" = , ">=" = chunks_compared(condition, origin, manifest),
    "%in%" = chunks_in(column(2), condition[[3]], unknown),
    is.na = chunks_with_na(column(2), unknown),
    "!" = chunks_without(condition[[2]], origin, manifest, unknown),
    unknown
  )
}

# The stored column that an expression is, or NULL.
origin_column <- function(expression, origin, manifest) {
  name <- if (is.symbol(expression)) origin[as.character(expression)]
  if (!is.null(name) && !is.na(name)) manifest$columns[[name]]
}

chunks_with_na <- function(column, unknown) {
  if (is.null(column)) unknown else column$statistics$nulls + column$statistics$nans > 0
}

# NOT of anything but is.na() is not looked into.
chunks_without <- function(condition, origin, manifest, unknown) {
  column <- if (called_if_call(condition) == "is.na") {
    origin_column(condition[[2]], origin, manifest)
  }
  if (is.null(column)) {
    return(unknown)
  }
  column$statistics$nulls + column$statistics$nans < manifest$chunks$rows
}

called_if_call <- function(part) if (is.call(part)) called(part) else ""

mirrored <- c("==" = "==", "<" = ">", "<=" = ">=", ">" = "<", ">=" = "<=")

chunks_compared <- function(condition, origin, manifest) {
  operator <- called(condition)
  column <- origin_column(condition[[2]], origin, manifest)
  value <- condition[[3]]
  if (is.null(column)) {
    operator <- mirrored[[operator]]
    column <- origin_column(condition[[3]], origin, manifest)
    value <- condition[[2]]
  }
  if (is.null(column) || is.language(value)) {
    return(rep(TRUE, length(manifest$chunks$file)))
  }
  chunks_by_range(column, operator, value)
}

chunks_in <- function(column, table, unknown) {
  if (is.null(column) || is.language(table) || anyNA(table)) {
    return(unknown)
  }
  Reduce(`|`, lapply(seq_along(table), function(i) {
    chunks_by_range(column, "==", elements_at(table, i))
  }), !unknown)
}

# Of a column and one value. Numbers that are NA or NaN are never equal, less or greater, so that a
# chunk without another value has no row for such a comparison. Compared as text, NaN is "NaN".
chunks_by_range <- function(column, operator, value) {
  statistics <- column$statistics
  has_range <- bitwAnd(as.integer(statistics$flags), 4L) > 0
  if (is.na(value) && !is_nan(value)) {
    return(rep(FALSE, length(has_range)))
  }
  value <- value_in_store(column, operator, value)
  if (is.null(value)) {
    return(has_range | statistics$nans > 0)
  }
  # Integers of 64 bits are compared as doubles, which may be off by one in 2^53, and by less than
  # one where the value is no whole number.
  margin <- function(x) if (column$type == "int64") 1 + abs(x) * 2^-50 else 0
  low <- as.double(statistics$min)
  high <- as.double(statistics$max)
  low <- low - margin(low) - margin(value)
  high <- high + margin(high) + margin(value)
  may <- switch(operator,
    "==" = low <= value & high >= value,
    "<" = low < value,
    "<=" = low <= value,
    ">" = high > value,
    ">=" = high >= value
  )
  has_range & !is.na(may) & may
}

is_nan <- function(value) is.double(value) && !is_int64(value) && is.nan(value)

# The number to compare with what is stored, or NULL where the two are compared in another way.
value_in_store <- function(column, operator, value) {
  class <- column_class(value)
  is_number <- class %in% c("logical", "integer", "double")
  switch(column$class,
    logical = ,
    integer = ,
    double = if (is_number) as.double(value),
    # The margin makes up for the digits that this loses.
    integer64 = if (is_number || class == "integer64") suppressWarnings(as.double(value)),
    Date = if (class == "Date" || is_number) as.double(unclass(value)),
    POSIXct = if (class == "POSIXct" || is_number) as.double(unclass(value)),
    character = ,
    factor = if (operator == "==") code_of(column, operator, value),
    ordered = code_of(column, operator, value)
  )
}

# Only a string stands for a code; what is not among the strings is none of them.
code_of <- function(column, operator, value) {
  if (!is.character(value)) {
    return(NULL)
  }
  code <- match(enc2utf8(value), column$dictionary)
  if (is.na(code)) {
    return(if (operator == "==") Inf)
  }
  as.double(code)
}
