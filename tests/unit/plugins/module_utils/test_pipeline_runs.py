# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Waiting for the end of a run, by a clock that stands still but for its pauses."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import (
    NotFound,
    NotReachable,
    WaitTimeout,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_runs import POLL_S, wait_for_end
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.runs import Run

RUNNING = Run("nightly-1", "u", "Running", "1/3 tasks", ended=False, succeeded=False)
FAILED = Run("nightly-1", "u", "Failed", "exit 3", ended=True, succeeded=False)
AWAY = NotReachable("no answer", "")


class Engine:
    """Tells one thing after the other, the last one again and again."""

    def __init__(self, *told: Run | Exception) -> None:
        self._told = list(told)
        self.now = 0.0

    def look(self) -> Run:
        told = self._told.pop(0) if len(self._told) > 1 else self._told[0]
        if isinstance(told, Exception):
            raise told
        return told

    def wait(self, timeout_s: float) -> Run:
        return wait_for_end(self.look, timeout_s, lambda: self.now, self.pause)

    def pause(self, seconds: float) -> None:
        self.now += seconds


def test_the_end_is_waited_for_while_the_engine_is_away_for_a_while() -> None:
    engine = Engine(RUNNING, AWAY, AWAY, RUNNING, FAILED)
    assert engine.wait(3600) == FAILED
    assert engine.now == 4 * POLL_S


@pytest.mark.parametrize(
    ("told", "says"),
    [(RUNNING, "run nightly-1 is Running 1/3 tasks"), (AWAY, "no answer")],
)
def test_time_that_is_over_tells_what_lags(told: Run | Exception, says: str) -> None:
    engine = Engine(told)
    with pytest.raises(WaitTimeout, match=f"no end after 60 s: {says}: ask again"):
        engine.wait(60)
    assert 60 <= engine.now < 60 + POLL_S


def test_a_run_that_is_gone_is_not_waited_for() -> None:
    with pytest.raises(NotFound):
        Engine(NotFound("there is no Workflow", "")).wait(60)
