# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

skip_if_not_installed("dplyr")
suppressPackageStartupMessages(library(dplyr))

# Both ways to Alluxio: over the proxy alone, and past it to masters and workers.
for (way in c("proxy", "masters")) {
  test_that(paste("by", way, "verbs on a frame in Alluxio give what they give of a table"), {
    con <- live_connection_by(way)
    folder <- live_folder(con)
    set.seed(8)
    table <- table_of(4500)
    frame <- alx_write_frame(as.data.frame(table), paste0(folder, "/frame"), con, chunk_rows = 1024)
    expect_as_dplyr(function(x) filter(x, row > 2000, d > 0) |> mutate(y = d * 2), table, frame)
    ask <- function(x) summarise(group_by(x, g), n = n(), a = sum(i, na.rm = TRUE), m = max(day))
    expect_as_dplyr(ask, table, frame)
    expect_as_dplyr(function(x) arrange(x, desc(b), row) |> head(1100), table, frame)
    expect_identical(chunks_read(filter(frame, row > 4096)), 5L)

    kept <- compute(filter(frame, l), paste0(folder, "/kept"), con)
    expect_equal(collect(kept), filter(table, l))
    alx_write_frame(data.frame(x = 1), paste0(folder, "/frame"), con, overwrite = TRUE)
    expect_error(count(frame, g), class = "alluxior_changed")
  })
}
