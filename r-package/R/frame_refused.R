# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# dplyr's verbs that a frame does not take: each says so, and names collect().

refusing <- function(verb, why) {
  force(why)
  function(...) abort_unsupported(verb, "...", why)
}

#' @exportS3Method dplyr::add_count
add_count.alx_frame <- refusing("add_count", "it gives a row what follows from all rows")

#' @exportS3Method dplyr::slice
slice.alx_frame <- refusing("slice", "rows by their place; use frame[rows, ]")

#' @exportS3Method dplyr::slice_tail
slice_tail.alx_frame <- refusing("slice_tail", "it needs the number of rows")

#' @exportS3Method dplyr::slice_min
slice_min.alx_frame <- refusing("slice_min", "use arrange() and head()")

#' @exportS3Method dplyr::slice_max
slice_max.alx_frame <- refusing("slice_max", "use arrange() and head()")

#' @exportS3Method dplyr::sample_n
sample_n.alx_frame <- refusing("sample_n", "use slice_sample()")

#' @exportS3Method dplyr::sample_frac
sample_frac.alx_frame <- refusing("sample_frac", "use slice_sample()")

#' @exportS3Method dplyr::right_join
right_join.alx_frame <- refusing("right_join", "it gives rows that no chunk has")

#' @exportS3Method dplyr::full_join
full_join.alx_frame <- refusing("full_join", "it gives rows that no chunk has")

#' @exportS3Method dplyr::nest_join
nest_join.alx_frame <- refusing("nest_join", "it gives a column of data frames")

#' @exportS3Method dplyr::union_all
union_all.alx_frame <- refusing("union_all", "frames are not put together")

#' @exportS3Method dplyr::rowwise
rowwise.alx_frame <- refusing("rowwise", "filter() and mutate() look at one row at a time already")

#' @exportS3Method dplyr::group_split
group_split.alx_frame <- refusing("group_split", "it gives all rows")

#' @exportS3Method dplyr::group_map
group_map.alx_frame <- refusing("group_map", "it calls a function for all rows of a group")

#' @exportS3Method dplyr::group_modify
group_modify.alx_frame <- refusing("group_modify", "it calls a function for all rows of a group")

#' @exportS3Method dplyr::group_nest
group_nest.alx_frame <- refusing("group_nest", "it gives a column of data frames")

#' @exportS3Method dplyr::nest_by
nest_by.alx_frame <- refusing("nest_by", "it gives a column of data frames")

#' @exportS3Method dplyr::do
do.alx_frame <- refusing("do", "it calls a function for all rows of a group")

#' @exportS3Method dplyr::rows_insert
rows_insert.alx_frame <- refusing("rows_insert", "a frame is never changed")

#' @exportS3Method dplyr::rows_append
rows_append.alx_frame <- refusing("rows_append", "a frame is never changed")

#' @exportS3Method dplyr::rows_update
rows_update.alx_frame <- refusing("rows_update", "a frame is never changed")

#' @exportS3Method dplyr::rows_patch
rows_patch.alx_frame <- refusing("rows_patch", "a frame is never changed")

#' @exportS3Method dplyr::rows_upsert
rows_upsert.alx_frame <- refusing("rows_upsert", "a frame is never changed")

#' @exportS3Method dplyr::rows_delete
rows_delete.alx_frame <- refusing("rows_delete", "a frame is never changed")

#' @exportS3Method dplyr::group_data
group_data.alx_frame <- refusing("group_data", "it lists all rows of the groups")
