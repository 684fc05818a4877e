# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# Several requests at a time, each tried again as long as that can help.

# `jobs` is a list; prepare(job) gives the request that is sent, finish(job, answer) takes its
# answer and raises what is wrong with it. All requests are of kind "safe": they may be repeated.
run_parallel <- function(con, jobs, connections, prepare, finish) {
  pool <- curl::new_pool(total_con = connections, host_con = connections)
  on.exit(for (handle in curl::multi_list(pool)) curl::multi_cancel(handle))
  inbox <- new.env(parent = emptyenv())
  inbox$results <- list()
  waiting <- lapply(jobs, function(job) list(job = job, tries = 0))
  flying <- 0
  while (length(waiting) || flying) {
    while (length(waiting) && flying < connections) {
      send_async(con, waiting[[1]], prepare, pool, inbox)
      waiting <- waiting[-1]
      flying <- flying + 1
    }
    curl::multi_run(timeout = Inf, poll = TRUE, pool = pool)
    results <- inbox$results
    inbox$results <- list()
    flying <- flying - length(results)
    for (result in results) {
      again <- take_async(con, result, finish)
      waiting <- c(waiting, again)
    }
  }
}

send_async <- function(con, entry, prepare, pool, inbox) {
  request <- prepare(entry$job)
  proxy <- current_proxy(con)
  request$url <- paste0(proxy, request$target)
  request$connect_timeout_s <- con$connect_timeout_s
  handle <- curl_handle(request)
  put <- function(outcome) {
    result <- list(entry = entry, request = request, proxy = proxy, outcome = outcome)
    inbox$results <- c(inbox$results, list(result))
  }
  curl::curl_fetch_multi(
    request$url,
    pool = pool, handle = handle,
    done = function(done) {
      put(list(
        status = done$status_code, headers = header_values(done$headers), content = done$content,
        proxy = proxy
      ))
    },
    fail = function(message) {
      failed <- tryCatch(fail_fetch(simpleError(message), handle), condition = identity)
      put(failed)
    }
  )
}

# The entry to send again, in a list, or an empty list when its job is done.
take_async <- function(con, result, finish) {
  entry <- result$entry
  if (entry$tries < con$retries && may_repeat(result$outcome, result$request)) {
    next_proxy(con)
    Sys.sleep(min(0.1 * 2^entry$tries, 2))
    return(list(list(job = entry$job, tries = entry$tries + 1)))
  }
  finish(entry$job, answer_or_abort(result$outcome, result$proxy))
  list()
}
