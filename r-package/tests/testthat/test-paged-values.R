# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

for (way in names(paged_ways)) {
  test_that(paste("a data.frame of pages is the plain one, in every type,", way), {
    local_paged(way)
    set.seed(21)
    for (rows in c(0, 1, 1023, 1024, 1025, 5000)) {
      plain <- random_frame(rows)
      it <- paged_copy(plain)
      expect_s3_class(it$rows, "data.frame", exact = TRUE)
      expect_same_frame(it$rows, plain)
      expect_identical(vapply(it$rows, is_paged, NA), vapply(plain, function(x) rows > 0, NA))
    }
  })

  test_that(paste("each element, and any part, is the plain one's,", way), {
    local_paged(way)
    set.seed(22)
    plain <- random_frame(3000)
    paged <- paged_copy(plain)$rows
    parts <- list(
      1024:1025, c(NA, 3L, 3001L, 0L), sample(3000, 900, TRUE), sample(3000) + 0, -1, -(3:2999),
      c(TRUE, FALSE, NA), 3000:1, integer()
    )
    for (part in parts) {
      expect_identical(paged[part, ], plain[part, ])
      for (name in names(plain)) expect_identical(paged[[name]][part], plain[[name]][part])
    }
    for (i in c(1, 1024, 1025, 3000)) {
      expect_identical(lapply(paged, `[[`, i), lapply(plain, `[[`, i))
    }
    expect_identical(vapply(paged$integer, identity, 0L), vapply(plain$integer, identity, 0L))
    expect_identical(head(paged, 3), head(plain, 3))
    expect_identical(tail(paged, 3), tail(plain, 3))
    expect_identical(rev(paged$character), rev(plain$character))
  })

  test_that(paste("what is copied stays within the cache,", way), {
    local_paged(way, few_chunks)
    paged_counts_settled()
    numbers <- data.frame(x = as.double(1:40000), text = rep_len(letters, 40000))
    paged <- paged_copy(numbers)$rows
    counts <- counted_by({
      expect_identical(sum(paged$x), 800020000)
      expect_identical(paged$text[c(40000, 1)], numbers$text[c(40000, 1)])
      expect_identical(unique(paged$text), letters)
      expect_identical(paged$x[seq(1, 40000, 1000)], numbers$x[seq(1, 40000, 1000)])
    })
    expect_lte(paged_counts()[["copied_bytes"]], few_chunks)
    if (way == "mapped") expect_gte(counts[["mapped"]], 40) else expect_gte(counts[["copied"]], 40)
    if (way != "mapped") expect_gte(counts[["dropped"]], 30)
  })

  test_that(paste("under gctorture the values are right,", way), {
    local_paged(way)
    plain <- data.frame(
      x = c(NA, 2:1030) / 2, text = rep_len(c("b", NA, "a"), 1030), g = gl(2, 515), l = NA
    )
    path <- withr::local_tempfile()
    frame <- alx_write_frame(plain, path, chunk_rows = 1024)
    paged <- as.data.frame(frame)
    withr::defer(gctorture(FALSE))
    gctorture(TRUE)
    found <- list(
      paged$x[1029], paged$text[c(1, 1030)], paged$g[516], sum(paged$x[1:5], na.rm = TRUE),
      paged$x[c(1030, 1)], is.na(paged$l[1])
    )
    gctorture(FALSE)
    expected <- list(
      plain$x[1029], plain$text[c(1, 1030)], plain$g[516], sum(plain$x[1:5], na.rm = TRUE),
      plain$x[c(1030, 1)], TRUE
    )
    expect_identical(found, expected)
  })
}

known_columns <- function() {
  columns <- list(
    up = as.double(1:3000), down = -(1:3000), same = rep(2L, 3000), zeros = rep_len(c(0, -0), 3000),
    late = c(1:1500, 1:1500), na = c(1:2999, NA), nan = c(NaN, 1:2999), none = rep(NA_real_, 3000),
    edges = c(Inf, -Inf, rep(0, 2998)), logical = rep_len(c(TRUE, FALSE), 3000),
    day = structure(as.double(3000:1), class = "Date"), f = gl(3, 1000),
    text = rep_len(c("b", "a"), 3000)
  )
  frame_of(columns, 3000)
}

test_that("order and missing values are what R finds", {
  local_paged("copied")
  plain <- known_columns()
  paged <- paged_copy(plain)$rows
  asked <- list(
    anyNA, function(x) anyNA(unclass(x)), is.unsorted, order, function(x) order(-xtfrm(x)),
    function(x) sort(x, decreasing = TRUE), sort, unique
  )
  for (name in names(plain)) {
    for (ask in asked) expect_identical(ask(paged[[name]]), ask(plain[[name]]), info = name)
  }
})

test_that("the least and the greatest are what R finds, to the bit", {
  local_paged("copied")
  plain <- known_columns()
  paged <- paged_copy(plain)$rows
  found <- function(x, na_rm) {
    numbers <- if (inherits(x, "Date")) list(min, max, range) else list(min, max, range, sum)
    answers <- lapply(numbers, function(ask) suppressWarnings(ask(x, na.rm = na_rm)))
    lapply(answers, bits_of)
  }
  for (name in setdiff(names(plain), c("f", "text"))) {
    expect_identical(found(paged[[name]], TRUE), found(plain[[name]], TRUE), info = name)
    expect_identical(found(paged[[name]], FALSE), found(plain[[name]], FALSE), info = name)
  }
})

test_that("what the manifest tells is not looked for in the values", {
  local_paged("copied")
  paged <- paged_copy(known_columns())$rows
  counts <- counted_by({
    min(paged$up)
    max(paged$late)
    anyNA(paged$down)
    order(paged$up)
  })
  expect_identical(counts[["copied"]], 0)
})

test_that("columns may be chosen and renamed before; rows that are not stored are refused", {
  frame <- alx_write_frame(data.frame(x = 1:3, y = c("a", "b", NA)), withr::local_tempfile())
  names(frame) <- c("one", "two")
  expect_identical(as.data.frame(frame["two"]), data.frame(two = c("a", "b", NA)))
  named <- as.data.frame(frame, row.names = c("r1", "r2", "r3"))
  expect_identical(named["r2", "one"], 2L)
  skip_if_not_installed("dplyr")
  for (asked in list(
    dplyr::filter(frame, one > 1), dplyr::mutate(frame, three = one * 2), dplyr::arrange(frame, one)
  )) {
    expect_error(as.data.frame(asked), "compute", class = "alluxior_unsupported")
  }
})

test_that("a frame that only HTTP reaches is refused, and options that cannot be right are", {
  frame <- alx_write_frame(data.frame(x = 1:3), withr::local_tempfile())
  far <- unclass(frame)
  far$store["con"] <- list(alx_connect("http://proxy:1", masters = character()))
  far <- structure(far, class = "alx_frame")
  expect_error(as.data.frame(far), "no `masters` are given", class = "alluxior_unsupported")
  withr::local_options(alluxior.cache = "much")
  expect_error(as.data.frame(frame), "alluxior.cache", class = "alluxior_invalid")
  withr::local_options(alluxior.cache = NULL, alluxior.userfaultfd = NA)
  expect_error(as.data.frame(frame), "alluxior.userfaultfd", class = "alluxior_invalid")
})

test_that("a cache without room for a few chunks is refused, and a pointer to more than it has", {
  local_paged("asked", cache = 6 * 4096)
  expect_error(paged_copy(data.frame(x = 1:3 / 2)), NA)
  expect_error(paged_copy(data.frame(x = 1:1024 / 2)), "6 such", class = "alluxior_memory")
  local_paged("asked", cache = 8 * 8192)
  paged <- paged_copy(data.frame(x = 1:9000 / 2))$rows
  expect_error(var(paged$x), "alluxior.cache", class = "alluxior_memory")
  expect_identical(mean(paged$x), mean(1:9000 / 2))
  local_paged("asked", cache = 20 * 8192)
  expect_identical(var(paged_copy(data.frame(x = 1:9000 / 2))$rows$x), var(1:9000 / 2))
  # An error within Dataptr leaves the garbage collector on.
  is_collected <- FALSE
  reg.finalizer(new.env(), function(e) is_collected <<- TRUE)
  gc()
  expect_true(is_collected)
})

test_that("the memory that R may use is the machine's, or less by a container's limit", {
  folder <- withr::local_tempdir()
  groups <- file.path(folder, "groups")
  put <- function(name, text) {
    dir.create(dirname(file.path(folder, name)), recursive = TRUE, showWarnings = FALSE)
    writeLines(text, file.path(folder, name))
  }
  expect_identical(group_limits(groups, folder), Inf)
  put("memory/pod/memory.limit_in_bytes", "1000")
  put("memory/memory.limit_in_bytes", "9223372036854771712")
  writeLines(c("4:memory:/pod", "0::/"), groups)
  expect_identical(min(group_limits(groups, folder)), 1000)
  put("pod/memory.max", "500")
  writeLines("0::/pod", groups)
  expect_identical(min(group_limits(groups, folder)), 500)
  put("pod/memory.max", "max")
  unlink(file.path(folder, "memory"), recursive = TRUE)
  expect_identical(group_limits(groups, folder), Inf)
  expect_gt(memory_bytes(), 2^20)
})
