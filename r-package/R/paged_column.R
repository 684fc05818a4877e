# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# A column whose values are brought when they are looked at: an ALTREP vector (src/r_paged.c).

# `pages` is what paged_frame() gave.
paged_column <- function(frame, pages, name) {
  number <- match(name, names(frame$manifest$columns))
  schema <- frame$manifest$columns[[number]]
  form <- list(
    column_of(schema, empty_values(schema, 0)), as.double(length(schema$dictionary)),
    paged_option("userfaultfd")
  )
  about <- list(
    raise = function(failure, row) raise_paged(failure, frame, row),
    saved = saved_column(frame, name),
    known = known_of_column(schema),
    strings = if (schema$class == "character") schema$dictionary
  )
  column <- .Call(alx_c_paged_column, pages, number, form, about)
  if (!identical(names(column), c("class", "text"))) {
    return(column)
  }
  abort_alluxio(
    column$class, paste0(frame$store$place, ": column '", name, "': ", column$text, "."),
    paged_remedy(column$class),
    path = frame$store$place
  )
}

# Raises what befell the chunk of a row (from 0).
raise_paged <- function(failure, frame, row) {
  if (failure$class == "alluxior_memory") {
    abort_alluxio(
      failure$class, paste0(frame$store$place, ": ", failure$text, "."),
      paged_remedy(failure$class),
      path = frame$store$place
    )
  }
  file <- frame$manifest$chunks$file[[row %/% frame$manifest$chunk_rows + 1]]
  raise_failure(failure, file_in(frame$store, file), function() is_replaced(frame))
}

paged_remedy <- function(class) {
  if (class == "alluxior_memory") {
    return(paste(
      "Allow more by options(alluxior.cache = bytes), write the frame with smaller chunk_rows, or",
      "use alx_lm() and the like, which need a chunk at a time."
    ))
  }
  transport_remedy(class)
}

# What is true of all values, so that R need not look at them: list(no_na, sorted, min, max), each
# NULL where it is not known. A dictionary's codes are not in the order of its strings; of R's
# functions none knows that a double holds an int64.
known_of_column <- function(schema) {
  if (schema$type == "int64") {
    return(NULL)
  }
  statistics <- schema$statistics
  known <- list(
    no_na = all(statistics$nulls == 0 & statistics$nans == 0), sorted = NULL, min = NULL, max = NULL
  )
  if (schema$class == "character") {
    return(known)
  }
  number <- if (schema$type == "float64") as.double else as.integer
  low <- number(statistics$min)
  high <- number(statistics$max)
  known["sorted"] <- list(order_known(statistics$flags, low, high))
  # The first of equals, as R has it: -0 equals 0.
  known["min"] <- list(if (!all(is.na(low))) low[[which.min(low)]])
  known["max"] <- list(if (!all(is.na(high))) high[[which.max(high)]])
  known
}

# R's numbers for what is sorted upwards and downwards; NULL where it is neither, or not known.
order_known <- function(flags, low, high) {
  next_low <- c(low[-1], NA)
  next_high <- c(high[-1], NA)
  if (all(bitwAnd(as.integer(flags), 1L) > 0) && all(high <= next_low, na.rm = TRUE)) {
    return(1L)
  }
  if (all(bitwAnd(as.integer(flags), 2L) > 0) && all(low >= next_high, na.rm = TRUE)) {
    return(-1L)
  }
  NULL
}
