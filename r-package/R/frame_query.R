# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What a frame is beside the chunks that are stored: a query,
# list(ptype, origin, steps, chunks, groups, drop, order).
#   ptype   a data.frame without rows: the columns that the steps leave
#   origin  for each of these the stored column that it is unchanged, or NA where it is computed
#   steps   what is done to the rows of a chunk, one after the other; each is a list with a 'verb':
#             filter  condition, label          rows where it is not TRUE go
#             mutate  name, value, ptype, label   a column is computed
#             select  from               c(new name = "former name"): columns go, or are renamed
#             join    join, table, ...   rows meet a small table (frame_join.R)
#   chunks  for each chunk whether it may hold rows that pass the filters (frame_prune.R)
#   groups  names of columns; drop tells whether groups without rows are left out
#   order   list of list(verb, label, value, decreasing): expressions to arrange the result by
# Expressions are those that compiled() gives (frame_expressions.R): their names are columns, and
# all else is in them as a value. A step works on the rows of one chunk alone: what needs to see
# all rows is no step.
stored_query <- function(manifest) {
  ptype <- frame_of(lapply(manifest$columns, function(schema) {
    column_of(schema, empty_values(schema, 0))
  }), 0)
  list(
    ptype = ptype, origin = structure(names(ptype), names = names(ptype)), steps = list(),
    chunks = rep(TRUE, length(manifest$chunks$file)), groups = character(), drop = TRUE,
    order = list()
  )
}

# The parts of a query, without frame$... looking for a column.
query_of <- function(frame) .subset2(frame, "query")

# The frame with parts of its query changed.
with_query <- function(frame, ...) {
  plain <- unclass(frame)
  plain$query[...names()] <- list(...)
  structure(plain, class = "alx_frame")
}

with_steps <- function(frame, ...) {
  with_query(frame, steps = c(query_of(frame)$steps, list(...)))
}

# Whether nothing has been asked of the frame.
is_stored <- function(query) length(query$steps) == 0 && length(query$order) == 0

# Whether the rows are those that are stored: only columns are left out, renamed or computed.
keeps_rows <- function(query) {
  all(vapply(query$steps, function(step) step$verb %in% c("mutate", "select"), NA))
}

# What must be done for these columns, and no more: the steps, and the stored columns to read.
plan_of <- function(query, wanted) {
  steps <- list()
  for (step in rev(query$steps)) {
    needed <- step_needs(step, wanted)
    steps <- c(if (!is.null(needed$step)) list(needed$step), steps)
    wanted <- needed$columns
  }
  list(steps = steps, columns = wanted)
}

# For these columns after a step: the step, or NULL, and the columns that it needs before it.
step_needs <- function(step, wanted) {
  switch(step$verb,
    filter = list(step = step, columns = union(wanted, all.vars(step$condition))),
    mutate = if (step$name %in% wanted) {
      list(step = step, columns = union(setdiff(wanted, step$name), all.vars(step$value)))
    } else {
      list(columns = wanted)
    },
    select = {
      step$from <- step$from[wanted]
      list(step = step, columns = unique(unname(step$from)))
    },
    join = list(step = step, columns = step$inputs)
  )
}
