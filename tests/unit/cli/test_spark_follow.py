# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Following to the end: logs of all attempts, each line once, and the driver's exit status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound
from kubectl_alluxio.spark_follow import Follower, result
from kubectl_alluxio.spark_view import Application
from test_spark_view import ended, pod, resource, view


class Story:
    """A client whose application moves on by one step whenever somebody looks at it."""

    def __init__(self, *steps: tuple[dict[str, Any] | None, list[dict[str, Any]]]) -> None:
        self._steps = list(steps)
        self.read: list[str] = []

    def get(self, _version: str, _kind: str, _name: str, _namespace: str) -> Any:
        return self._steps[0][0]

    def list_objects(self, _version: str, kind: str, *_of: str) -> list[dict[str, Any]]:
        if kind == "Job":
            return []
        _resource, pods = self._steps[0]
        if len(self._steps) > 1:
            self._steps.pop(0)
        return pods

    def stream(self, _method: str, path: str, *, timeout_s: float) -> Answer:
        """Each pod has written its own name once."""
        assert timeout_s
        self.read.append(path.split("/")[6])
        return Answer(self.read[-1])


class Answer:
    def __init__(self, name: str) -> None:
        self._name = name

    def stream(self, _size: int) -> Iterator[bytes]:
        yield f"2026-11-01T10:00:00.000000000Z {self._name}\n".encode()

    def close(self) -> None:
        return


class Seen:
    """A display that remembers."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.phases: list[str] = []

    def line(self, text: bytes) -> None:
        self.lines.append(text)

    def state(self, application: Application) -> None:
        self.phases.append(application.phase)


def run(story: Any) -> tuple[int, Seen]:
    seen = Seen()
    return result(Follower(story, "a", "n", seen, look_s=0).run()), seen


RUNNING = {"phase": "Running"}
RETRY = {"restartPolicy": {"type": "OnFailure"}}


def test_a_log_from_pending_to_the_end() -> None:
    waiting = pod("d", phase="Pending", state={"waiting": {}})
    status, seen = run(
        Story(
            (resource(), []),
            (resource(RUNNING), [waiting]),
            (resource(RUNNING), [pod("d")]),
            (resource(RUNNING), [pod("d")]),
            (resource(RUNNING), [pod("d", phase="Succeeded", state=ended(0))]),
        )
    )
    assert status == 0
    assert seen.lines == [b"d\n"]
    assert seen.phases[:3] == ["Pending", "Submitted", "Running"]


def test_the_exit_status_is_the_drivers(capsys: pytest.CaptureFixture[str]) -> None:
    failed = [pod("d", phase="Failed", state=ended(42))]
    status, _seen = run(Story((resource(RUNNING), [pod("d")]), (resource(RUNNING), failed)))
    assert status == 42
    assert "a failed: " in capsys.readouterr().err


def test_all_attempts_are_followed() -> None:
    first = pod("d1", phase="Failed", state=ended(1))
    story = Story(
        (resource(RUNNING, **RETRY), [pod("d1")]),
        *[(resource(RUNNING, **RETRY), [first])] * 3,
        (resource(RUNNING, **RETRY), [first, pod("d2", attempt=2)]),
        (resource({"phase": "Succeeded"}, **RETRY), [pod("d2", attempt=2, state=ended(0))]),
    )
    status, seen = run(story)
    assert status == 0
    assert seen.lines == [b"d1\n", b"d2\n"]
    assert story.read.count("d1") == 2, "once while it runs, once when it has ended"


def test_without_a_driver_the_operators_word_counts(capsys: pytest.CaptureFixture[str]) -> None:
    refused = resource({"phase": "Failed", "error": "the Secret s3 does not exist"})
    status, _seen = run(Story((resource(), []), (refused, [])))
    assert status == 1
    assert "the Secret s3 does not exist" in capsys.readouterr().err


def test_an_application_that_is_removed_is_no_endless_wait() -> None:
    with pytest.raises(NotFound, match="gone"):
        run(Story((resource(RUNNING), [pod("d")]), (None, [])))


def test_a_driver_that_vanished_without_a_word_is_a_failure() -> None:
    assert result(view(resource({"phase": "Failed"}))) == 1
