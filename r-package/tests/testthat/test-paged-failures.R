# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

for (way in names(paged_ways)) {
  test_that(paste("what was damaged is an error that names file and offset,", way), {
    local_paged(way)
    set.seed(61)
    plain <- data.frame(x = rnorm(5000), text = rep_len(c("a", "b"), 5000), l = NA)
    it <- paged_copy(plain)
    paged <- it$rows
    damage(frame_file(it$path, "000002[.]alxf$"), 4096 + 80)
    said <- "000002.alxf: at offset 4096: the checksum"
    expect_error(paged$x[3000], said, class = "alluxior_corrupt")
    expect_error(sum(paged$x), "000002.alxf", class = "alluxior_corrupt")
    expect_error(paged[2049, ], class = "alluxior_corrupt")
    expect_identical(paged$x[c(2048, 3073)], plain$x[c(2048, 3073)])
    expect_identical(paged$text, plain$text)
    expect_identical(table(paged$text), table(plain$text))
  })

  test_that(paste("a replaced frame is another error than one that lost a file,", way), {
    local_paged(way)
    it <- paged_copy(data.frame(x = as.double(1:5000)))
    first <- it$rows$x[1]
    unlink(frame_file(it$path, "000004[.]alxf$"))
    expect_error(it$rows$x[5000], "000004.alxf", class = "alluxior_corrupt")
    alx_write_frame(data.frame(x = 2), it$path, overwrite = TRUE)
    expect_error(it$rows$x[2000], "000001.alxf", class = "alluxior_changed")
    expect_identical(it$rows$x[1:3], first + 0:2)
  })
}

test_that("a dictionary that has too few strings is an error, not a string", {
  local_paged("copied")
  it <- paged_copy(data.frame(text = c("a", "b"), f = factor(c("a", "b"))))
  cut <- unclass(it$frame)
  for (name in c("text", "f")) cut$manifest$columns[[name]]$dictionary <- "a"
  paged <- as.data.frame(structure(cut, class = "alx_frame"))
  expect_error(paged$text[1], "not in the dictionary", class = "alluxior_corrupt")
  expect_error(as.integer(paged$f)[1], "not in the dictionary", class = "alluxior_corrupt")
})

for (way in c("mapped", "copied")) {
  test_that(paste("R ends where C code reads values that are not to be had,", way), {
    skip_if(paged_counts()[["has_faults"]] == 0, "userfaultfd is refused here")
    local_paged(way)
    it <- paged_copy(data.frame(x = as.double(1:5000)))
    damage(frame_file(it$path, "000002[.]alxf$"), 4096 + 80)
    map_files <- way == "mapped"
    ended <- run_apart({
      options(alluxior.map_files = !!map_files)
      d <- as.data.frame(alx_open_frame(!!it$path))
      cat("begun\n")
      cat("made up:", var(d$x))
    })
    expect_identical(ended$output, "begun")
    expect_false(ended$status == 0)
    expect_match(ended$errors, "000002.alxf: at offset 4096: the checksum", all = FALSE)
  })
}
