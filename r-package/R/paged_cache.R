# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# How much memory pages of columns may take.

most_cache_bytes <- 4 * 2^30

cache_bytes <- function() {
  bytes <- getOption("alluxior.cache")
  if (is.null(bytes)) {
    return(min(memory_bytes() / 4, most_cache_bytes))
  }
  check_number(bytes, "options(alluxior.cache)", above = 0)
  bytes
}

# TRUE unless the user says otherwise. What the system refuses, C code finds out.
paged_option <- function(name) {
  option <- paste0("alluxior.", name)
  wanted <- getOption(option, TRUE)
  check_flag(wanted, paste0("options(", option, ")"))
  wanted
}

# What this process may use: the machine's memory, or less where a cgroup (a container) limits it.
memory_bytes <- function() min(machine_bytes(), group_limits("/proc/self/cgroup", "/sys/fs/cgroup"))

# Of proc(5): "MemTotal:  1234 kB".
machine_bytes <- function() {
  line <- grep("^MemTotal:", readLines("/proc/meminfo"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024
}

# Limits of the group that `groups` (of cgroups(7)) names, and of the root that a container sees, in
# bytes; Inf where there is none.
group_limits <- function(groups, root) {
  lines <- if (file.exists(groups)) readLines(groups, warn = FALSE)
  line <- grep("^[0-9]+:([^:]*,)?memory(,[^:]*)?:|^0::", lines, value = TRUE)
  path <- sub("^[0-9]+:[^:]*:", "", line)
  files <- c(
    file.path(root, c("", path), "memory.max"),
    file.path(root, "memory", c("", path), "memory.limit_in_bytes")
  )
  limits <- vapply(Filter(file.exists, files), function(file) readLines(file, 1, warn = FALSE), "")
  # "max" is no limit.
  c(suppressWarnings(as.numeric(limits[limits != "max"])), Inf)
}
