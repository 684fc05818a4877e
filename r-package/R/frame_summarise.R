# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# summarise() and count(): one pass over the chunks, with a state for each function and group.

#' @exportS3Method dplyr::summarise
summarise.alx_frame <- function(.data, ..., .by = NULL, .groups = NULL) {
  refuse_arguments("summarise", .by = !missing(.by))
  frame <- before_order(.data, "summarise")
  quosures <- expanded_across("summarise", rlang::enquos(...), frame)
  summaries <- compiled_summaries(frame, quosures)
  result <- summarised(frame, summaries)
  regrouped(result, query_of(frame), .groups)
}

# list(calls, outer): 'calls' are the aggregates to compute, under names that no column can have;
# 'outer' are expressions of these and of earlier results, by the names of the results.
compiled_summaries <- function(frame, quosures) {
  query <- query_of(frame)
  calls <- list()
  outer <- list()
  for (i in seq_along(quosures)) {
    name <- names(quosures)[[i]]
    if (name %in% query$groups) {
      abort_alluxio(
        "alluxior_invalid",
        paste0("summarise(): '", name, "' is a column that the groups are made by."),
        "Give another name."
      )
    }
    context <- context_of("summarise", quosures[[i]], names(query$ptype), results = names(outer))
    context$aggregate <- function(call, env) {
      calls <<- c(calls, list(compiled_aggregate(call, env, context, query)))
      as.name(paste0("\1", length(calls)))
    }
    value <- compiled(quosures[[i]], context)
    if (is.null(value)) {
      abort_unsupported("summarise", context$label, "there is nothing to compute")
    }
    outer[[name]] <- list(value = value, context = context)
  }
  names(calls) <- sprintf("\1%d", seq_along(calls))
  list(calls = calls, outer = outer)
}

# list(aggregate, values, na_rm, ptype, ptype_is_double, verb, label).
compiled_aggregate <- function(call, env, context, query) {
  name <- called(call)
  aggregate <- aggregates()[[name]]
  arguments <- arguments_of(call)
  is_na_rm <- rlang::names2(arguments) == "na.rm"
  by_row <- context[c("verb", "label", "columns")]
  na_rm <- if (any(is_na_rm)) constant_value(arguments[is_na_rm][[1]], env, by_row) else FALSE
  values <- unname(arguments[!is_na_rm])
  check_aggregate_arguments(name, arguments[!is_na_rm], na_rm, context)
  values <- lapply(values, compiled_argument, env, by_row, context$results)
  ptypes <- lapply(values, function(value) kind_of(probe(value, query$ptype, by_row)))
  if (!is.null(aggregate$of_frame) && length(query$groups) > 0) {
    abort_unsupported(context$verb, context$label, paste0(
      name, "() of each group would take several passes for each; filter() one group at a time"
    ))
  }
  if (length(ptypes) == 1) {
    check_kind(name, aggregate, ptypes[[1]], context)
  }
  ptype <- if (length(ptypes) > 0) ptypes[[1]]
  list(
    aggregate = aggregate, values = values, na_rm = na_rm, ptype = ptype,
    ptype_is_double = is.double(ptype) && !is_int64(ptype), verb = "summarise",
    label = context$label
  )
}

# A result of the same summarise() hides the column of its name, for dplyr.
compiled_argument <- function(argument, env, context, results) {
  hidden <- intersect(all.vars(argument), results)
  if (length(hidden) > 0) {
    abort_unsupported(
      context$verb, context$label,
      paste0("'", hidden[[1]], "' is a result of the same summarise(); give that another name")
    )
  }
  compiled_part(argument, env, context)
}

check_aggregate_arguments <- function(name, arguments, na_rm, context) {
  count <- switch(name, n = 0, n_distinct = max(1, length(arguments)), 1)
  takes_na_rm <- !name %in% c("n", "first", "last")
  named <- setdiff(rlang::names2(arguments), c("", "x"))
  if (length(arguments) != count || length(named) > 0) {
    abort_unsupported(context$verb, context$label, paste0(
      name, "() is known with ", count, " argument", if (count != 1) "s",
      if (takes_na_rm) ", and na.rm"
    ))
  }
  if (!isTRUE(na_rm) && !isFALSE(na_rm) || isTRUE(na_rm) && !takes_na_rm) {
    abort_unsupported(context$verb, context$label, "na.rm must be TRUE or FALSE, where it is known")
  }
}

check_kind <- function(name, aggregate, ptype, context) {
  class <- column_class(ptype)
  if (!is.null(aggregate$kinds) && !class %in% aggregate$kinds) {
    abort_unsupported(
      context$verb, context$label,
      paste0(name, "() is not known for ", paste(class(ptype), collapse = "/"))
    )
  }
}

# The pass, and those of functions that take several. Groups have numbers in the order in which they
# are met.
summarised <- function(asked, summaries) {
  frame <- opened(asked)
  query <- frame$query
  several <- vapply(summaries$calls, function(call) !is.null(call$aggregate$of_frame), NA)
  calls <- summaries$calls[!several]
  wanted <- unique(c(query$groups, unlist(lapply(calls, function(call) {
    lapply(call$values, all.vars)
  }))))
  table <- list(keys = query$ptype[query$groups], n = if (length(query$groups) > 0) 0L else 1L)
  start <- list(table = table, states = lapply(summaries$calls, function(call) NULL))
  state <- fold(row_slices(frame, as.character(wanted)), start, function(state, rows) {
    if (nrow(rows) > 0) {
      state$table <- numbered(state$table, rows[query$groups])
      state$states[!several] <-
        Map(added_rows, calls, state$states[!several], list(rows), list(state$table))
    }
    state
  })
  state$states[several] <- lapply(summaries$calls[several], function(call) {
    call$aggregate$of_frame(asked, call)
  })
  finished(summaries, state$states, state$table, sorted_groups(state$table, query))
}

# 'table' with the groups of a chunk, and ids, the number of the group of each of its rows.
numbered <- function(table, keys) {
  if (length(keys) == 0) {
    table$ids <- rep(1L, nrow(keys))
    return(table)
  }
  ids <- vctrs::vec_match(keys, table$keys)
  fresh <- vctrs::vec_slice(keys, is.na(ids))
  if (nrow(fresh) > 0) {
    distinct <- vctrs::vec_unique(fresh)
    ids[is.na(ids)] <- table$n + vctrs::vec_match(fresh, distinct)
    table$keys <- vctrs::vec_rbind(table$keys, distinct)
    table$n <- nrow(table$keys)
    check_room(table$keys, "the groups")
  }
  table$ids <- ids
  table
}

added_rows <- function(call, state, rows, table) {
  values <- lapply(call$values, function(value) {
    plain_column(evaluated(value, rows, call), nrow(rows))
  })
  call$aggregate$add(state, values, table$ids, table$n)
}

# The groups as dplyr sorts them, with those that have no rows: list(keys, at), 'at' being their
# numbers, or NA.
sorted_groups <- function(table, query) {
  if (length(query$groups) == 0) {
    return(list(keys = dplyr::as_tibble(no_columns_of(1L)), at = 1L))
  }
  grouped <- dplyr::group_by(
    dplyr::as_tibble(table$keys), !!!rlang::syms(query$groups), .drop = query$drop
  )
  data <- dplyr::group_data(grouped)
  at <- vapply(data$.rows, function(rows) if (length(rows) > 0) rows[[1]] else NA_integer_, 0L)
  list(keys = dplyr::as_tibble(as.list(data)[query$groups]), at = at)
}

no_columns_of <- function(rows) frame_of(structure(list(), names = character()), rows)

# Without a group, R's answers for one without rows tell what kind of columns there are.
finished <- function(summaries, states, table, groups) {
  count <- length(groups$at)
  at <- groups$at
  is_empty <- is.na(at)
  at[is_empty] <- table$n + seq_len(sum(is_empty))
  n <- max(1L, table$n + sum(is_empty))
  quietly <- if (count == 0) suppressWarnings else identity
  quietly({
    result_of <- function(call, state) call$aggregate$result(state, n, call)
    values <- Map(result_of, summaries$calls, states)
    values <- lapply(values, elements_at, if (count == 0) 1L else at)
  })
  rows <- frame_of(values, max(1L, count))
  columns <- list()
  for (name in names(summaries$outer)) {
    value <- plain_column(outer_value(summaries$outer[[name]], rows), max(1L, count))
    rows[[name]] <- value
    columns[[name]] <- elements_at(value, seq_len(count))
  }
  dplyr::bind_cols(groups$keys, dplyr::as_tibble(frame_of(columns, count)))
}

outer_value <- function(outer, rows) {
  probe(outer$value, rows[0, , drop = FALSE], outer$context)
  evaluated(outer$value, rows, outer$context)
}

regrouped <- function(result, query, kept) {
  kept <- kept %||% "drop_last"
  if (!rlang::is_string(kept) || !kept %in% c("drop_last", "drop", "keep")) {
    abort_unsupported("summarise", ".groups = ...", "it is \"drop_last\", \"drop\" or \"keep\"")
  }
  groups <- switch(kept, drop_last = utils::head(query$groups, -1), keep = query$groups)
  if (length(groups) == 0) {
    return(result)
  }
  dplyr::group_by(result, !!!rlang::syms(groups), .drop = query$drop)
}

#' @exportS3Method dplyr::count
count.alx_frame <- function(x, ..., wt = NULL, sort = FALSE, name = NULL, .drop = NULL) {
  frame <- dplyr::group_by(x, ..., .add = TRUE, .drop = .drop)
  dplyr::tally(with_query(frame, former = query_of(x)$groups), {{ wt }}, sort = sort, name = name)
}

# 'former' in the query are the groups that the counts are to keep.
#' @exportS3Method dplyr::tally
tally.alx_frame <- function(x, wt = NULL, sort = FALSE, name = NULL) {
  query <- query_of(x)
  name <- name %||% free_name(query$groups)
  weight <- rlang::enquo(wt)
  counted <- rlang::quo(dplyr::n())
  if (!rlang::quo_is_null(weight)) {
    counted <- rlang::quo(base::sum(!!weight, na.rm = TRUE))
  }
  counts <- dplyr::summarise(x, !!!rlang::set_names(list(counted), name), .groups = "drop")
  if (sort) {
    counts <- counts[order(counts[[name]], decreasing = TRUE, method = "radix"), ]
  }
  kept <- query$former %||% utils::head(query$groups, -1)
  if (length(kept) == 0) counts else dplyr::group_by(counts, !!!rlang::syms(kept))
}

free_name <- function(names) {
  name <- "n"
  while (name %in% names) {
    name <- paste0(name, "n")
  }
  name
}
