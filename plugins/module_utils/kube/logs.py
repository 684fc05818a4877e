# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a container writes, line by line, as `kubectl logs` shows it, also across broken connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from .api import KubeClient, Unanswered

_CHUNK_BYTES = 64 * 1024
# Proxies end connections that are silent for longer, often after a minute.
_SILENCE_S = 50.0


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod."""

    namespace: str
    pod: str
    name: str


class Log:
    """The log of a container from its beginning; each reading goes on where the last one ended.

    The kubelet puts a time of fixed width before each line on request, and takes one, in whole seconds, to
    begin with (k8s.io/api/core/v1, PodLogOptions).
    """

    def __init__(self, client: KubeClient, container: Container) -> None:
        self._client = client
        self._container = container
        self._last = ""

    def lines(self, *, follow: bool) -> Iterator[bytes]:
        """Lines with their newline, those that were not read before.

        With ``follow`` until the container ends; a connection that is cut because the container is
        silent is made again. Raises the errors of kube/errors.py.
        """
        while True:
            try:
                yield from self._read(follow)
            except Unanswered:
                continue
            return

    def _read(self, follow: bool) -> Iterator[bytes]:
        before = self._last
        answer = self._client.stream("GET", self._path(follow), timeout_s=_SILENCE_S)
        try:
            for line in whole_lines(answer.stream(_CHUNK_BYTES)):
                stamp, text = split_stamp(line)
                if not stamp or stamp > before:
                    self._last = stamp or self._last
                    yield text
        finally:
            answer.close()

    def _path(self, follow: bool) -> str:
        of = self._container
        query = {"container": of.name, "timestamps": "true"}
        if follow:
            query["follow"] = "true"
        if self._last:
            query["sinceTime"] = f"{self._last[:19]}Z"
        pod = f"/api/v1/namespaces/{quote(of.namespace)}/pods/{quote(of.pod)}"
        return f"{pod}/log?{urlencode(query)}"


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of any size -> lines with their newline, which the last one may lack."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def split_stamp(line: bytes) -> tuple[str, bytes]:
    """The time before a line and the line; without a time what the kubelet itself has to say."""
    stamp, _space, text = line.partition(b" ")
    if stamp[:4].isdigit() and stamp[10:11] == b"T":
        return stamp.decode(errors="replace"), text
    return "", line
