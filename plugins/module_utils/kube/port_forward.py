# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Ports of pods, reachable from outside the pod network: `kubectl port-forward` in this process.

Each forward is a port on loopback. A connection to it becomes one WebSocket to the API server, with
the subprotocol v4.channel.k8s.io: every message begins with a channel's number, 0 for data and 1 for
the kubelet's complaints, and the first message of each channel is the pod's port in two bytes
(k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go). All of them run on one event loop in one
thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

from . import websocket
from .client import KubeClient
from .errors import Forbidden, KubernetesError, NotReachable, from_answer
from .websocket import HandshakeRefused, WebSocket

LOOPBACK = "127.0.0.1"
_PROTOCOL = "v4.channel.k8s.io"
_DATA, _COMPLAINT = 0, 1
_CHUNK_BYTES = 256 * 1024
_OPEN_S = 10.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Target:
    """A port of a pod."""

    namespace: str
    pod: str
    port: int

    def __str__(self) -> str:
        return f"{self.namespace}/{self.pod}:{self.port}"

    @property
    def path(self) -> str:
        pod = f"/api/v1/namespaces/{quote(self.namespace)}/pods/{quote(self.pod)}"
        return f"{pod}/portforward?ports={self.port}"


class PortForwarder:
    """Forwards that live as long as the context. Open it after any fork."""

    def __init__(self, client: KubeClient) -> None:
        self._server = client.websocket_server()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="port-forward", daemon=True)
        self._lock = threading.Lock()
        self._ports: dict[Target, int] = {}
        self._listeners: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        # The socket with which `open` saw that it is allowed serves the first connection.
        self._spare: dict[Target, WebSocket] = {}
        self._complaints: dict[Target, str] = {}
        self._thread.start()

    def __enter__(self) -> PortForwarder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self, target: Target) -> int:
        """The port on loopback that leads to ``target``; the same one each time.

        Raises Forbidden, NotFound and the other errors of kube/errors.py at once, not when the port is
        used. That nothing listens in the pod shows only then: see ``complaint``.
        """
        with self._lock:
            if target not in self._ports:
                self._ports[target] = self._call(self._listen(target), target)
            return self._ports[target]

    def complaint(self, target: Target) -> str:
        """What the kubelet last said about this target, as "connection refused"; empty if nothing."""
        return self._complaints.get(target, "")

    def close(self) -> None:
        """Ends all connections and gives back the ports."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _call(self, work: Coroutine[Any, Any, _T], target: Target) -> _T:
        subject = f"port-forward to {target}"
        try:
            return asyncio.run_coroutine_threadsafe(
                asyncio.wait_for(work, _OPEN_S), self._loop
            ).result()
        except HandshakeRefused as error:
            raise _refused(error, subject) from None
        except TimeoutError:
            raise NotReachable(
                f"{subject}: the API server did not answer in {_OPEN_S:g} s",
                "check that the node of the pod is ready: the API server asks its kubelet",
            ) from None
        except OSError as error:
            raise NotReachable(
                f"{subject}: {error.strerror or type(error).__name__}",
                "check that the API server runs and lets WebSockets pass",
            ) from None

    async def _listen(self, target: Target) -> int:
        self._spare[target] = await websocket.connect(self._server, target.path, _PROTOCOL)

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(self._serve(target, reader, writer))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

        listener = await asyncio.start_server(accept, LOOPBACK, 0, limit=_CHUNK_BYTES)
        self._listeners.append(listener)
        return int(listener.sockets[0].getsockname()[1])

    async def _serve(
        self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, until either side ends it."""
        try:
            pod = self._spare.pop(target, None) or await websocket.connect(
                self._server, target.path, _PROTOCOL
            )
        except (OSError, HandshakeRefused) as error:
            self._complaints[target] = str(error)
            writer.close()
            return
        try:
            ways = [
                self._loop.create_task(_to_pod(reader, pod)),
                self._loop.create_task(self._from_pod(target, pod, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            pod.close()
            writer.close()

    async def _from_pod(self, target: Target, pod: WebSocket, writer: asyncio.StreamWriter) -> None:
        started: set[int] = set()
        while message := await pod.receive():
            channel = message[0]
            if channel not in started:
                started.add(channel)
            elif channel == _DATA:
                writer.write(message[1:])
                await writer.drain()
            elif channel == _COMPLAINT:
                self._complaints[target] = message[1:].decode(errors="replace").strip()
                return

    async def _end(self) -> None:
        for listener in self._listeners:
            listener.close()
        for spare in self._spare.values():
            spare.close()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports close in the loop's next turn.
        await asyncio.sleep(0)


async def _to_pod(reader: asyncio.StreamReader, pod: WebSocket) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK_BYTES):
            await pod.send(bytes([_DATA]) + chunk)


def _refused(error: HandshakeRefused, subject: str) -> KubernetesError:
    answer = from_answer(error.status, error.body.decode(errors="replace"), subject)
    if not isinstance(answer, Forbidden):
        return answer
    return Forbidden(
        f"{subject} is not allowed: {answer.message}",
        "ask for the verbs get and create on pods/portforward in that namespace, or run this inside"
        " the cluster, where pods are reached directly",
        **answer.details,
    )
