# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A log read over connections that break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import Unanswered
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.logs import (
    Container,
    Log,
    whole_lines,
)

AT = [f"2026-11-01T10:00:0{second}.000000000Z".encode() for second in range(9)]


class Answer:
    """The chunks of one answer, and at its end a broken connection if so said."""

    def __init__(self, *chunks: bytes, breaks: bool = False) -> None:
        self._chunks = chunks
        self._breaks = breaks
        self.closed = False

    def stream(self, _size: int) -> Iterator[bytes]:
        yield from self._chunks
        if self._breaks:
            raise Unanswered("TimeoutError")

    def close(self) -> None:
        self.closed = True


class FakeKube:
    """``stream`` alone, with one answer after the other."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def stream(self, method: str, path: str, *, timeout_s: float) -> Answer:
        assert method == "GET"
        assert timeout_s > 0
        self.asked.append(path)
        return self.answers[len(self.asked) - 1]


def log(kube: Any) -> Log:
    return Log(kube, Container("space", "pod-1", "driver"))


@pytest.mark.parametrize("sizes", [1, 3, 1000])
def test_chunks_of_any_size_make_whole_lines(sizes: int) -> None:
    text = b"one\n\ntwo\xff\nno end"
    chunks = [text[at : at + sizes] for at in range(0, len(text), sizes)]
    assert list(whole_lines(chunks)) == [b"one\n", b"\n", b"two\xff\n", b"no end"]


def test_a_broken_connection_is_made_again_where_it_ended() -> None:
    kube = FakeKube(
        Answer(AT[0] + b" one\n" + AT[1] + b" two\n" + AT[1] + b" same time\n", breaks=True),
        Answer(AT[1] + b" two\n" + AT[1] + b" same time\n" + AT[2] + b" three\n"),
    )
    lines = list(log(kube).lines(follow=True))
    assert lines == [b"one\n", b"two\n", b"same time\n", b"three\n"]
    path = "/api/v1/namespaces/space/pods/pod-1/log?container=driver&timestamps=true&follow=true"
    assert kube.asked == [path, f"{path}&sinceTime=2026-11-01T10%3A00%3A01Z"]
    assert all(answer.closed for answer in kube.answers)


def test_a_second_reading_has_only_what_is_new() -> None:
    kube = FakeKube(Answer(AT[0] + b" one\n"), Answer(AT[0] + b" one\n" + AT[1] + b" two\n"))
    reader = log(kube)
    assert list(reader.lines(follow=False)) == [b"one\n"]
    assert list(reader.lines(follow=False)) == [b"two\n"]


def test_what_the_kubelet_says_itself_is_shown() -> None:
    kube = FakeKube(Answer(AT[0] + b" one\n", b"unable to retrieve container logs for x\n"))
    lines = list(log(kube).lines(follow=True))
    assert lines == [b"one\n", b"unable to retrieve container logs for x\n"]
