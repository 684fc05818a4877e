# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Between a column of a data.frame and what the chunk format stores of it: a plain vector of one
# of five types. A column's schema is list(name, class, type), and of some classes tz, units or
# dictionary (docs/reference/chunk-format.md).

chunk_types <- c(bool32 = 1L, int32 = 2L, float64 = 3L, int64 = 4L, dictionary32 = 5L)
chunk_type_bytes <- c(bool32 = 4, int32 = 4, float64 = 8, int64 = 8, dictionary32 = 4)
dictionary_limit <- 2^20

column_schemas <- function(frame) {
  check_frame(frame)
  names <- enc2utf8(names(frame))
  schemas <- lapply(seq_along(frame), function(i) column_schema(names[[i]], .subset2(frame, i)))
  names(schemas) <- names
  schemas
}

check_frame <- function(frame) {
  if (!is.data.frame(frame)) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("a ", class(frame)[[1]], " was given where a data.frame is expected."),
      "Give a data.frame, or a function that returns one at each call and NULL at the end."
    )
  }
  names <- names(frame)
  wrong <- which(is.na(names) | !nzchar(names) | !validEnc(names) | duplicated(names))
  if (length(wrong) > 0) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("column ", wrong[[1]], " has no name of its own: '", names[[wrong[[1]]]], "'."),
      "Give each column a different, non-empty name: names(x) <- make.unique(names(x))."
    )
  }
}

# The classes of columns, and how each is told from its class attribute ("" without one) and
# storage.
column_schema <- function(name, column) {
  class <- column_class(column)
  refuse_column(name, column, class)
  schema <- list(name = name, class = class, type = column_type(column, class))
  switch(class,
    POSIXct = schema$tz <- attr(column, "tzone"),
    difftime = schema$units <- attr(column, "units"),
    factor = ,
    ordered = schema$dictionary <- utf8_strings(name, levels(column)),
    character = schema$dictionary <- character()
  )
  schema
}

plain_types <- c("logical", "integer", "double", "character")

# The name of the class in the format, or "" for what the format does not hold.
column_class <- function(column) {
  switch(paste(oldClass(column), collapse = " "),
    "factor" = "factor",
    "ordered factor" = "ordered",
    "Date" = "Date",
    "POSIXct POSIXt" = "POSIXct",
    "difftime" = "difftime",
    "integer64" = "integer64",
    if (!is.object(column) && typeof(column) %in% plain_types) typeof(column) else ""
  )
}

column_type <- function(column, class) {
  if (class == "integer64") {
    return("int64")
  }
  if (class %in% c("character", "factor", "ordered")) {
    return("dictionary32")
  }
  c(logical = "bool32", integer = "int32", double = "float64")[[typeof(column)]]
}

known_attributes <- list(
  factor = c("levels", "class"), ordered = c("levels", "class"), Date = "class",
  POSIXct = c("tzone", "class"), difftime = c("units", "class"), integer64 = "class"
)

refuse_column <- function(name, column, class) {
  refuse <- function(why, remedy) {
    message <- paste0("column '", name, "' ", why, ".")
    abort_alluxio("alluxior_invalid", message, remedy, column = name)
  }
  if (is.list(column) && class(column)[[1]] %in% c("list", "AsIs")) {
    refuse(
      "is a list",
      paste(
        "Make a row of each element (a second frame with a key), or one string of a row's elements",
        "(vapply(x, toString, \"\")), or keep the object with saveRDS()."
      )
    )
  }
  if (class == "") {
    refuse(
      paste0("is ", paste(class(column), collapse = "/"), ", which the chunk format does not hold"),
      paste(
        "Turn it into logical, integer, double, integer64, character, factor, Date, POSIXct or",
        "difftime."
      )
    )
  }
  extra <- setdiff(names(attributes(column)), known_attributes[[class]])
  if (length(extra) > 0) {
    refuse(
      paste0("has the attribute '", extra[[1]], "', which would be lost"),
      "Take it off first: attributes(column) <- NULL, or as.vector(column)."
    )
  }
  if (!typeof(column) %in% plain_types) {
    refuse(paste0("is stored as ", typeof(column)), "Turn it into a vector of numbers.")
  }
  if (class == "POSIXct" && length(attr(column, "tzone")) > 1) {
    refuse(
      "has more than one time zone",
      "Keep the first: attr(column, \"tzone\") <- attr(column, \"tzone\")[[1]]."
    )
  }
}

# The schema that also has the strings of this batch in its dictionary: strings are added at the
# end, so that codes that were written stay right.
extended_schema <- function(schema, column) {
  if (schema$type != "dictionary32") {
    return(schema)
  }
  if (schema$class == "character") {
    return(with_strings(schema, unique(column)))
  }
  if (identical(schema$dictionary, enc2utf8(levels(column)))) {
    return(schema)
  }
  if (schema$class == "ordered") {
    abort_alluxio(
      "alluxior_invalid",
      paste0("the ordered factor '", schema$name, "' has other levels in a later batch."),
      "Give each batch the same levels in the same order.",
      column = schema$name
    )
  }
  schema$dictionary <- union(schema$dictionary, enc2utf8(levels(column)))
  schema
}

with_strings <- function(schema, strings) {
  strings <- utf8_strings(schema$name, strings)
  schema$dictionary <- c(schema$dictionary, setdiff(strings, c(schema$dictionary, NA)))
  if (length(schema$dictionary) > dictionary_limit) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("column '", schema$name, "' has more than ", dictionary_limit, " different strings."),
      "Leave it out, or keep a number instead (a key into a second frame).",
      column = schema$name
    )
  }
  schema
}

utf8_strings <- function(name, strings) {
  if (any(Encoding(strings) == "bytes") || !all(validEnc(strings))) {
    abort_alluxio(
      "alluxior_invalid",
      paste0("column '", name, "' holds a string that is not valid in its encoding."),
      "Say what it is encoded in: iconv(column, from = \"latin1\", to = \"UTF-8\").",
      column = name
    )
  }
  enc2utf8(strings)
}

# The plain vector that is stored for rows 'from' to 'to' of a column.
stored_values <- function(schema, column, from, to) {
  values <- .subset(column, from:to)
  attributes(values) <- NULL
  if (schema$class == "character") {
    return(match(values, schema$dictionary))
  }
  if (schema$type == "dictionary32" && !identical(schema$dictionary, enc2utf8(levels(column)))) {
    return(match(enc2utf8(levels(column)), schema$dictionary)[values])
  }
  values
}

# A vector to be filled with stored values.
empty_values <- function(schema, n) {
  switch(schema$type,
    bool32 = logical(n),
    int32 = ,
    dictionary32 = integer(n),
    double(n)
  )
}

# The column that these stored values are.
column_of <- function(schema, values) {
  if (schema$class == "character") {
    return(schema$dictionary[values])
  }
  attributes(values) <- switch(schema$class,
    factor = list(levels = schema$dictionary, class = "factor"),
    ordered = list(levels = schema$dictionary, class = c("ordered", "factor")),
    Date = list(class = "Date"),
    POSIXct = list(class = c("POSIXct", "POSIXt"), tzone = schema$tz),
    difftime = list(class = "difftime", units = schema$units),
    integer64 = integer64_attributes()
  )
  values
}

# bit64's methods must be there for the values to be shown as what they are.
integer64_attributes <- function() {
  loadNamespace("bit64")
  list(class = "integer64")
}

frame_of <- function(columns, rows) {
  structure(columns, row.names = .set_row_names(rows), class = "data.frame")
}
