# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which road leads to a pod's web port, and what the API server's road makes of failures."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    AnswerTooLarge,
    ServerUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.transport import DirectTransport
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import (
    Forbidden,
    KubernetesError,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pod_web import (
    PodProxyTransport,
    web_transport,
)

POD = {"name": "demo-master-0", "pod_ip": "10.1.0.1"}


class FakeKube:
    """``stream`` alone: it yields the chunks, or raises."""

    def __init__(self, *chunks: bytes, error: Exception | None = None, pause_s: float = 0) -> None:
        self._chunks = chunks
        self._error = error
        self._pause_s = pause_s
        self.asked: list[tuple[str, str, Any]] = []
        self.closed = False

    def __call__(self) -> FakeKube:
        return self

    def stream(self, method: Any, path: str = "", body: Any = None, **_: Any) -> Any:
        if not path:
            return self._content()
        self.asked.append((method, path, body))
        if self._error:
            raise self._error
        return self

    def _content(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            time.sleep(self._pause_s)
            yield chunk

    def close(self) -> None:
        self.closed = True


def ask(kube: FakeKube, body: Mapping[str, Any] | None = None, deadline_s: float = 5) -> bytes:
    transport = PodProxyTransport(kube, "ns", "demo-master-0", 19999)  # type: ignore[arg-type]
    method = "POST" if body else "GET"
    return transport.request(method, "/x/%2F", body, deadline_s=deadline_s, limit_bytes=10)


def test_inside_a_cluster_pods_are_asked_directly() -> None:
    environment = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    road = web_transport(FakeKube(), "ns", POD, 19999, environment)  # type: ignore[arg-type]
    assert isinstance(road, DirectTransport)
    assert road.address == "10.1.0.1:19999"


def test_from_outside_the_api_server_is_asked() -> None:
    road = web_transport(FakeKube(), "ns", POD, 19999, {})  # type: ignore[arg-type]
    assert isinstance(road, PodProxyTransport)
    assert road.address == "demo-master-0:19999"


def test_the_path_goes_through_as_it_is() -> None:
    kube = FakeKube(b"12", b"34")
    assert ask(kube, {"a": 1}) == b"1234"
    target = "/api/v1/namespaces/ns/pods/demo-master-0:19999/proxy/x/%2F"
    assert kube.asked == [("POST", target, {"a": 1})]
    assert kube.closed


def test_reading_stops_at_the_limit() -> None:
    kube = FakeKube(b"12345678", b"9abc")
    with pytest.raises(AnswerTooLarge, match="demo-master-0:19999/x"):
        ask(kube)
    assert kube.closed


def test_a_dripping_pod_is_left_at_the_deadline() -> None:
    with pytest.raises(ServerUnreachable, match="too long"):
        ask(FakeKube(b"1", b"2", b"3", pause_s=0.1), deadline_s=0.15)


def test_a_permission_that_is_missing_is_named() -> None:
    error = Forbidden("u may not get pods/proxy in namespace ns", "grant it")
    with pytest.raises(ServerUnreachable, match="u may not get pods/proxy in namespace ns"):
        ask(FakeKube(error=error))


def test_the_api_servers_words_of_the_moment_are_left_out() -> None:
    error = KubernetesError("dial tcp 10.1.0.1:19999: i/o timeout after 31.2 s", "")
    with pytest.raises(ServerUnreachable) as caught:
        ask(FakeKube(error=error))
    assert caught.value.cause == "the API server got no answer from it"
