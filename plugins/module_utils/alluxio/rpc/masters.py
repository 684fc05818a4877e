# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Several masters, of which one leads: it is found, kept, and found again after a fail-over.

The leader is the one that answers getServiceVersion (as in Java's PollingMasterInquireClient); a
standby answers UNAVAILABLE, and to everything else UNIMPLEMENTED. What was asked of a leader that
went away in between is asked again only if asking twice does no harm, or if it certainly was not
heard.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

from ...errors import AlluxioError
from ..endpoint import Endpoint, Road, direct
from ..errors import (
    NeverReached,
    NoLeader,
    NotAuthenticated,
    NotServed,
    ServerUnreachable,
    reason_of,
)
from .channel import Channel, Login
from .messages import Method, load, method

_VERSION = "alluxio.grpc.version.ServiceVersionClientService"
_PROBE_S = 5.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0

T = TypeVar("T")


class Masters:
    """The masters at ``addresses``. Used by several threads, by one process (see rpc/__init__.py).

    ``deadline_s`` bounds every call, waiting for a leader included; a call may name its own.
    ``leader_s`` bounds how long a leader is looked for while none answers (a fail-over takes about
    10 s); 0 looks once.
    """

    def __init__(
        self,
        addresses: Sequence[Endpoint],
        login: Login | None,
        *,
        road: Road = direct,
        deadline_s: float = 30.0,
        leader_s: float = 20.0,
    ) -> None:
        load("grpc", "grpcio")
        self.addresses = tuple(addresses)
        self.deadline_s = deadline_s
        self.login = login
        self.road = road
        self._leader_s = leader_s
        self._lock = threading.Lock()
        self._channel: Channel | None = None

    def __enter__(self) -> Masters:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection to the leader; the next call makes a new one."""
        with self._lock:
            self._drop()

    def find_leader(self, deadline_s: float | None = None) -> Endpoint:
        """The one of ``addresses`` that leads now. Raises NoLeader with every master's own reason."""
        end = self._end(deadline_s)
        with self._lock:
            self._drop()
        return self._leader(end).endpoint

    def call(
        self, asked: Method, fields: Any, *, repeatable: bool, deadline_s: float | None = None
    ) -> Any:
        """Asks the leader. ``repeatable``: asking twice is as good as once.

        Raises NoLeader, ServerUnreachable, TookTooLong, AnswerTooLarge, UnexpectedAnswer and
        RequestRefused.
        """
        end = self._end(deadline_s)
        return self._with_leader(
            lambda channel: channel.call(asked, fields, end - time.monotonic()), repeatable, end
        )

    def listen(
        self, asked: Method, fields: Any, *, deadline_s: float | None = None
    ) -> Iterator[Any]:
        """Many answers to a question that changes nothing, each within ``deadline_s`` of being wanted.

        It is asked again until the first answer is there; a stream that breaks after that raises
        ServerUnreachable. Else raises like ``call``.
        """
        wait_s = self.deadline_s if deadline_s is None else deadline_s

        def start(channel: Channel) -> tuple[Iterator[Any], list[Any]]:
            answers = channel.listen(asked, fields, wait_s)
            return answers, [answer for answer in (next(answers, None),) if answer is not None]

        answers, first = self._with_leader(start, True, self._end(deadline_s))
        with contextlib.closing(answers):  # type: ignore[type-var]
            yield from first
            yield from answers

    def _with_leader(self, action: Callable[[Channel], T], repeatable: bool, end: float) -> T:
        pauses = _pauses()
        refused = False
        while True:
            channel = self._leader(end)
            try:
                return action(channel)
            except (NotAuthenticated, NotServed):
                # Refused unheard: by a server that restarted and has forgotten the handshake, or by
                # a leader that became a standby, which serves almost nothing.
                self._forget(channel)
                if refused:
                    raise
                refused = True
            except ServerUnreachable as error:
                self._forget(channel)
                pause_s = next(pauses)
                again = repeatable or isinstance(error, NeverReached)
                if not again or time.monotonic() + pause_s >= end:
                    raise
                time.sleep(pause_s)

    def _end(self, deadline_s: float | None) -> float:
        return time.monotonic() + (self.deadline_s if deadline_s is None else deadline_s)

    def _forget(self, channel: Channel) -> None:
        with self._lock:
            if self._channel is channel:
                self._drop()

    def _drop(self) -> None:
        if self._channel:
            self._channel.close()
        self._channel = None

    def _leader(self, end: float) -> Channel:
        """The kept connection, or one to the leader that is found now."""
        with self._lock:
            if self._channel is None:
                self._channel = self._look(end)
            return self._channel

    def _look(self, end: float) -> Channel:
        until = min(end, time.monotonic() + self._leader_s)
        for pause_s in _pauses():
            found, causes = self._ask_all(min(_PROBE_S, max(end - time.monotonic(), 0.001)))
            if found:
                return found
            if time.monotonic() + pause_s >= until:
                break
            time.sleep(pause_s)
        raise NoLeader({str(address): causes[address] for address in self.addresses})

    def _ask_all(self, deadline_s: float) -> tuple[Channel | None, dict[Endpoint, str]]:
        """All masters at once; the first that says it serves is taken."""
        asked = method(_VERSION, "getServiceVersion")
        fields = {"serviceType": "FILE_SYSTEM_MASTER_CLIENT_SERVICE"}
        causes: dict[Endpoint, str] = {}
        channels: list[Channel] = []
        answered: queue.SimpleQueue[tuple[Channel, Any]] = queue.SimpleQueue()
        found: Channel | None = None
        try:
            for address in self.addresses:
                try:
                    channel = Channel(address, self.login, self.road)
                    channels.append(channel)
                    future = channel.ask_openly(asked, fields, deadline_s)
                    future.add_done_callback(lambda f, c=channel: answered.put((c, f)))
                except AlluxioError as error:
                    causes[address] = error.message
            for _each in channels:
                channel, future = answered.get()
                try:
                    channel.outcome(asked, future)
                    found = channel
                    break
                except AlluxioError as error:
                    causes[channel.endpoint] = reason_of(error)
        finally:
            for channel in channels:
                if channel is not found:
                    channel.close()
        return found, causes


def _pauses() -> Iterator[float]:
    pause_s = _FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
