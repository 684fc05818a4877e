# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A frame whose chunks lie on three workers, one of which dies: what it held comes out of the under file system."""

from __future__ import annotations

import subprocess

from conftest import ROOT, ForR
from live_alluxio import START_TIMEOUT_S, worker_host

WRITTEN = "data.frame(n = seq_len(9000), text = rep_len(c('a', NA, 'b'), 9000))"
CONNECT = "con <- alluxior::alx_connect('{proxy}', user = 'root', masters = '{master}')"
WRITE = f"""
frame <- alluxior::alx_write_frame({WRITTEN}, '/three-workers', con, chunk_rows = 1024)
chunks <- grep('alxf$', alluxior::alx_ls(con, '/three-workers')$path, value = TRUE)
hosts <- vapply(chunks, function(chunk) alluxior::alx_stat(con, chunk)$blocks$host, '')
cat(sort(unique(hosts)))
"""
READ = f"""
frame <- alluxior::alx_open_frame('/three-workers', con)
stopifnot(identical(alluxior::alx_collect(frame), {WRITTEN}))
paged <- as.data.frame(frame)
stopifnot(identical(paged, {WRITTEN}), sum(paged$n) == 40504500, var(paged$n) == 6750750)
alluxior::alx_verify_frame(frame)
"""


def test_a_frame_stays_right_when_a_worker_that_held_some_of_it_is_gone(for_r: ForR) -> None:
    alluxio = for_r.alluxio
    hosts = {worker_host(number) for number in (1, 2, 3)}
    alluxio.start_worker(3)
    alluxio.wait_for("three live workers", lambda: alluxio.live_hosts() == hosts, START_TIMEOUT_S)
    assert set(run(for_r, WRITE).split()) == hosts
    alluxio.kill("worker-3")
    run(for_r, READ)


def run(for_r: ForR, program: str) -> str:
    install = [str(ROOT / "dev/r"), "install"]
    library = subprocess.run(install, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    master = for_r.environment["ALLUXIOR_TEST_MASTER"]
    call = ["Rscript", "-e", CONNECT.format(proxy=for_r.proxy, master=master) + program]
    environment = {**for_r.environment, "R_LIBS": library}
    return subprocess.run(
        call, check=True, stdout=subprocess.PIPE, text=True, env=environment
    ).stdout
