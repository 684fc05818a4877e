# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# The functions that expressions over the rows of a frame may call: each gives for a row what
# follows from that row alone, and values of a kind that follows from the kinds of its arguments.
# Everything else would give one answer for each chunk where one for the frame is meant.

# fn     what is called
# rows   the arguments that may differ from row to row; NULL for an operator, of which all may.
#        All others are one constant value,
# free   or a constant of any length
# times  whether it may be given POSIXct. R writes these as text with the time of day or without,
#        as the other elements of the vector have it
row_function <- function(fn, rows = "x", free = character(), times = FALSE) {
  list(fn = fn, rows = rows, free = free, times = times)
}

row_functions <- function() {
  if (is.null(frame_state$row_functions)) {
    frame_state$row_functions <- c(
      operators(), functions_of_numbers(), functions_of_text(), conversions(), choices()
    )
  }
  frame_state$row_functions
}

# What is made once in a session, where it is first needed.
frame_state <- new.env(parent = emptyenv())

operators <- function() {
  one_by_one <- c("+", "*", "/", "^", "%%", "%/%", "!", "&", "|", "(", "xor")
  plain <- lapply(one_by_one, function(name) {
    row_function(get(name, baseenv()), rows = NULL, times = TRUE)
  })
  compared <- lapply(comparisons, function(name) {
    row_function(compared_by(get(name, baseenv())), rows = NULL, times = TRUE)
  })
  c(
    structure(c(plain, compared), names = c(one_by_one, comparisons)),
    list(
      "-" = row_function(row_minus, rows = NULL, times = TRUE),
      "%in%" = row_function(base::`%in%`, "x", "table"),
      match = row_function(base::match, "x", "table")
    )
  )
}

comparisons <- c("==", "!=", "<", "<=", ">", ">=")

# Text becomes dates by a form that R finds out from the first one.
compared_by <- function(fn) {
  function(e1, e2) {
    refuse_text_as_times(e1, e2)
    refuse_text_as_times(e2, e1)
    fn(e1, e2)
  }
}

refuse_text_as_times <- function(times, text) {
  if (inherits(times, c("Date", "POSIXct")) && is.character(text) && length(text) != 1) {
    refuse_values("a column of text is compared with dates: turn it into dates first")
  }
}

row_minus <- function(e1, e2) {
  if (missing(e2)) {
    return(-e1)
  }
  if (inherits(e1, "POSIXct") && inherits(e2, c("POSIXct", "Date"))) {
    refuse_values("the unit of a difference of times depends on all of them: use difftime(units =)")
  }
  e1 - e2
}

functions_of_numbers <- function() {
  of_x <- c(
    "is.na", "is.nan", "is.finite", "is.infinite", "abs", "sign", "sqrt", "exp", "expm1", "log2",
    "log10", "log1p", "floor", "ceiling", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
    "cosh", "tanh", "round", "signif", "trunc"
  )
  simple <- lapply(of_x, function(name) {
    row_function(get(name, baseenv()), times = name %in% c("is.na", "is.finite", "is.infinite"))
  })
  names(simple) <- of_x
  c(simple, list(
    log = row_function(base::log, c("x", "base")),
    atan2 = row_function(base::atan2, c("y", "x")),
    pmin = row_function(base::pmin, "..."),
    pmax = row_function(base::pmax, "..."),
    cut = row_function(row_cut, "x", c("breaks", "labels")),
    findInterval = row_function(base::findInterval, "x", "vec")
  ))
}

row_cut <- function(x, breaks, labels = NULL, right = TRUE) {
  if (!is.numeric(x) || is.object(x) || length(breaks) < 2) {
    refuse_values("cut() is known for numbers, and with two breaks or more")
  }
  cut(x, breaks, labels, right = right)
}

functions_of_text <- function() {
  list(
    nchar = row_function(base::nchar),
    substr = row_function(base::substr, c("x", "start", "stop")),
    substring = row_function(base::substring, c("text", "first", "last")),
    tolower = row_function(base::tolower),
    toupper = row_function(base::toupper),
    trimws = row_function(base::trimws),
    startsWith = row_function(base::startsWith, c("x", "prefix")),
    endsWith = row_function(base::endsWith, c("x", "suffix")),
    grepl = row_function(base::grepl),
    sub = row_function(base::sub),
    gsub = row_function(base::gsub),
    paste = row_function(row_paste, "..."),
    paste0 = row_function(row_paste0, "..."),
    sprintf = row_function(base::sprintf, "..."),
    strtoi = row_function(base::strtoi)
  )
}

row_paste <- function(..., sep = " ") paste(..., sep = sep)
row_paste0 <- function(...) paste0(...)

conversions <- function() {
  list(
    as.logical = row_function(base::as.logical),
    as.integer = row_function(base::as.integer),
    as.numeric = row_function(row_numeric, times = TRUE),
    as.double = row_function(row_numeric, times = TRUE),
    as.character = row_function(base::as.character),
    as.integer64 = row_function(bit64::as.integer64),
    factor = row_function(row_factor, "x", c("levels", "labels")),
    as.Date = row_function(row_date, "x", times = TRUE),
    as.POSIXct = row_function(row_time, "x", times = TRUE),
    difftime = row_function(row_difftime, c("time1", "time2"), times = TRUE),
    format = row_function(row_format, "x", times = TRUE),
    strftime = row_function(row_format, "x", times = TRUE),
    weekdays = row_function(base::weekdays, times = TRUE),
    months = row_function(base::months, times = TRUE)
  )
}

row_numeric <- function(x, units = "") {
  if (inherits(x, "difftime") && nzchar(units)) as.numeric(x, units = units) else as.numeric(x)
}

row_factor <- function(x = character(), levels, labels = levels, ordered = FALSE) {
  if (missing(levels)) {
    refuse_values("the levels of a factor depend on all rows: say factor(levels =)")
  }
  factor(x, levels, labels, ordered = ordered)
}

row_date <- function(x, format, tz = "UTC") {
  if (is.character(x) || is.factor(x)) {
    if (missing(format)) {
      refuse_values("R finds the form of dates from the first one: say as.Date(format =)")
    }
    return(as.Date(x, format, tz = tz))
  }
  if (is.numeric(x) && !inherits(x, "Date")) {
    return(structure(as.double(x), class = "Date"))
  }
  as.Date(x, tz = tz)
}

row_time <- function(x, tz = "", format) {
  if (is.character(x) || is.factor(x)) {
    if (missing(format)) {
      refuse_values("R finds the form of times from the first ones: say as.POSIXct(format =)")
    }
    return(as.POSIXct(as.character(x), tz = tz, format = format))
  }
  if (is.numeric(x) && !inherits(x, "Date")) {
    refuse_values("numbers are no times without an origin")
  }
  as.POSIXct(x)
}

row_difftime <- function(time1, time2, tz, units = "auto") {
  if (identical(units, "auto")) {
    refuse_values("the unit of a difference of times depends on all of them: say difftime(units =)")
  }
  difftime(time1, time2, units = units)
}

row_format <- function(x, format = "", tz = "", usetz = FALSE) {
  if (!inherits(x, c("Date", "POSIXct")) || !nzchar(format)) {
    refuse_values(
      "format() makes all of a vector alike: it is known for dates and times, with a format"
    )
  }
  if (inherits(x, "Date")) format(x, format) else format(x, format, tz = tz, usetz = usetz)
}

choices <- function() {
  c(
    list(
      ifelse = row_function(row_ifelse, c("test", "yes", "no")),
      between = row_function(row_between, c("x", "left", "right"), times = TRUE)
    ),
    if (is_installed("dplyr")) {
      list(
        if_else = row_function(
          dplyr::if_else, c("condition", "true", "false", "missing"), times = TRUE
        ),
        case_when = row_function(dplyr::case_when, "...", times = TRUE),
        coalesce = row_function(dplyr::coalesce, "...", times = TRUE),
        na_if = row_function(dplyr::na_if, c("x", "y"), times = TRUE),
        near = row_function(dplyr::near, c("x", "y"))
      )
    }
  )
}

is_installed <- function(package) requireNamespace(package, quietly = TRUE)

# R's own takes the kind from whatever it meets first.
row_ifelse <- function(test, yes, no) {
  kind <- unique(c(typeof(yes), typeof(no)))
  if (is.object(yes) || is.object(no) || length(kind) > 1) {
    refuse_values("ifelse() is known for 'yes' and 'no' of one type: use if_else()")
  }
  chosen <- ifelse(test, yes, no)
  storage.mode(chosen) <- kind
  chosen
}

row_between <- function(x, left, right) x >= left & x <= right

# Raised in evaluation; evaluated() adds the expression.
refuse_values <- function(why) rlang::abort(why, class = "alluxior_refused_values", call = NULL)

# Where expressions are evaluated: these functions, and nothing else.
row_functions_env <- function() {
  if (is.null(frame_state$functions_env)) {
    functions <- Map(guarded, row_functions(), names(row_functions()))
    # case_when() has its cases as formulas, and checks them itself.
    functions$case_when <- row_functions()$case_when$fn
    frame_state$functions_env <- list2env(c(functions, "~" = base::`~`), parent = emptyenv())
  }
  frame_state$functions_env
}

# ifelse() and substr() give as many values as their first argument has.
guarded <- function(known, name) {
  function(...) {
    arguments <- list(...)
    if (!known$times && any(vapply(arguments, inherits, NA, "POSIXct"))) {
      refuse_values(paste0(name, "() is not known for times: use format() or as.numeric() first"))
    }
    value <- known$fn(...)
    by_row <- arguments[!rlang::names2(arguments) %in% known$free]
    if (length(value) == 1 && any(lengths(by_row) > 1)) {
      refuse_values(paste0(name, "() gives one value for all rows"))
    }
    value
  }
}
