# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One connection to one server: handshake, calls with a deadline, typed errors.

The handshake (seen on live 2.9.6 servers): the client opens the stream ``authenticate``, sends its
user in a SASL PLAIN message with an id of its own choice, and is answered SUCCESS. All other calls
carry that id. The server forgets it when the stream ends, so the stream stays open as long as the
connection.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from ...errors import AlluxioError
from ..endpoint import Endpoint, Road, direct
from ..errors import (
    AnswerTooLarge,
    NeverReached,
    NotAuthenticated,
    ServerUnreachable,
    TookTooLong,
    UnexpectedAnswer,
    refusal,
)
from .messages import Method, label, load, method

# One message of a listing holds 10000 files at 0.5 to 10 KB; Java's limit is 100 MB.
LIMIT_BYTES = 100 * 1024 * 1024
_SASL = "alluxio.grpc.sasl.SaslAuthenticationService"
# The server wants a password and never looks at it; this one is what Java's client sends.
_PASSWORD = "noPassword"
# At 1 MiB a piece this is what a slow server makes us hold.
_MOST_UNSENT = 8
_LOOK_EVERY_S = 0.1
_TOO_LARGE = "larger than max"
_LONGEST_CAUSE = 300
# gRPC's own words (core 1.85) when there was no connection to send anything on.
_NOT_SENT = ("failed to connect to all addresses", "errors resolving")
# A server that shuts down, as a master does that loses the lead, resets what it has not answered.
_RESET = "RST_STREAM"
# What a master says about the quorum when it has just lost the lead.
_LEADS_NO_MORE = "only supported on Raft leader"
_CAUSES = {
    "Connection refused": "connection refused",
    "hostname lookup error": "its name is not known",
    "http1.x server": "it speaks HTTP and not gRPC, so this is another port",
    "Socket closed": "the connection broke",
    "RST_STREAM": "it broke the call off",
}


@dataclass(frozen=True, slots=True)
class Login:
    """Who we say we are (authentication type SIMPLE: the server believes it).

    ``impersonate`` asks to act as another user, which the master's property
    alluxio.master.security.impersonation.<user>.users must allow.
    """

    user: str
    impersonate: str = ""

    def challenge(self) -> bytes:
        return "\0".join((self.impersonate, self.user, _PASSWORD)).encode()


class Channel:
    """A connection to ``endpoint``, by way of ``road``. ``login`` None: no handshake (NOSASL).

    It is opened by the first call, may be used by several threads, and belongs to the process that
    made it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        login: Login | None,
        road: Road = direct,
        limit_bytes: int = LIMIT_BYTES,
    ) -> None:
        self.endpoint = endpoint
        self._login = login
        self._limit_bytes = limit_bytes
        self._grpc = load("grpc", "grpcio")
        self._process = os.getpid()
        self._id = str(uuid.uuid4())
        self._lock = threading.Lock()
        self._handshake: _Handshake | None = None
        self._channel = self._grpc.insecure_channel(str(road(endpoint)), _options(limit_bytes))

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the handshake's stream and the connection; calls that are under way fail."""
        if self._handshake:
            self._handshake.end()
        self._channel.close()

    def call(self, asked: Method, fields: Any, deadline_s: float) -> Any:
        """One question, one answer.

        Raises ServerUnreachable, TookTooLong, AnswerTooLarge, UnexpectedAnswer, RequestRefused.
        """
        end = time.monotonic() + deadline_s
        metadata = self._metadata(deadline_s)
        send = self._channel.unary_unary(asked.path)
        request = asked.request(**fields).SerializeToString()
        try:
            answer = send(request, timeout=_left(end), metadata=metadata)
        except self._grpc.RpcError as error:
            raise self._error(asked, error) from None
        return self._decoded(asked, answer)

    def ask_openly(self, asked: Method, fields: Any, deadline_s: float) -> Any:
        """A call without a handshake, already sent: a gRPC future of the answer's bytes.

        ``outcome`` makes an answer of it.
        """
        request = asked.request(**fields).SerializeToString()
        return self._channel.unary_unary(asked.path).future(request, timeout=deadline_s)

    def outcome(self, asked: Method, future: Any) -> Any:
        """The answer that came to ``ask_openly``. Raises like ``call``."""
        try:
            return self._decoded(asked, future.result())
        except self._grpc.RpcError as error:
            raise self._error(asked, error) from None

    def listen(self, asked: Method, fields: Any, deadline_s: float) -> Iterator[Any]:
        """One question, many answers. Each may be ``deadline_s`` away from when it is wanted, however
        long the caller thinks in between. Raises like ``call``. Closing the iterator ends the call.
        """
        metadata = self._metadata(deadline_s)
        request = asked.request(**fields).SerializeToString()
        stream = self._channel.unary_stream(asked.path)(request, metadata=metadata)
        return self._answers(asked, stream, deadline_s)

    def converse(self, asked: Method, deadline_s: float) -> Conversation:
        """Many questions, many answers. Raises like ``call``."""
        metadata = self._metadata(deadline_s)
        outgoing: queue.Queue[bytes | None] = queue.Queue(_MOST_UNSENT)
        stream = self._channel.stream_stream(asked.path)(
            iter(outgoing.get, None), metadata=metadata
        )
        return Conversation(self, asked, stream, outgoing, deadline_s)

    def _answers(self, asked: Method, stream: Any, deadline_s: float) -> Iterator[Any]:
        try:
            while True:
                answer = self.next_answer(asked, stream, deadline_s)
                if answer is None:
                    return
                yield answer
        finally:
            stream.cancel()

    def next_answer(self, asked: Method, stream: Any, deadline_s: float) -> Any:
        """None at the end. A stream's own timeout would also count the time of its consumer."""
        watch = _Watch(stream, deadline_s)
        try:
            answer = next(stream, None)
        except self._grpc.RpcError as error:
            if watch.cancelled:
                raise self.too_long(asked) from None
            raise self._error(asked, error) from None
        finally:
            watch.end()
        return None if answer is None else self._decoded(asked, answer)

    def _metadata(self, deadline_s: float) -> tuple[tuple[str, str], ...]:
        """What each call carries; shakes hands before the first one."""
        if os.getpid() != self._process:
            raise RuntimeError(
                "a connection to Alluxio was inherited through a fork: open it in the process that"
                " uses it"
            )
        if self._login is None:
            return ()
        with self._lock:
            if self._handshake is None:
                self._handshake = self._shake_hands(self._login, deadline_s)
        return (("channel-id", self._id),)

    def _shake_hands(self, login: Login, deadline_s: float) -> _Handshake:
        asked = method(_SASL, "authenticate")
        first = asked.request(
            messageType="CHALLENGE",
            message=login.challenge(),
            clientId=self._id,
            authenticationScheme="SIMPLE",
            channelRef=f"alluxio.k8s-{self._id}",
        )
        outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        outgoing.put(first.SerializeToString())
        stream = self._channel.stream_stream(asked.path)(iter(outgoing.get, None))
        handshake = _Handshake(stream, outgoing)
        try:
            self._check_welcome(self.next_answer(asked, stream, deadline_s))
        except BaseException:
            handshake.end()
            raise
        return handshake

    def _check_welcome(self, answer: Any) -> None:
        said = "nothing" if answer is None else label(answer, "messageType")
        if said != "SUCCESS":
            raise NotAuthenticated(
                f"{self.endpoint}: the handshake was answered with {said}",
                "check that alluxio.security.authentication.type is SIMPLE",
                address=str(self.endpoint),
            )

    def _decoded(self, asked: Method, answer: bytes) -> Any:
        try:
            return asked.response.FromString(answer)
        except load("google.protobuf.message", "protobuf").DecodeError:
            raise UnexpectedAnswer(self._place(asked), "(message)", "cannot be decoded") from None

    def too_long(self, asked: Method) -> TookTooLong:
        """The error for an answer that did not come in time."""
        return TookTooLong(self._place(asked))

    def _place(self, asked: Method) -> str:
        return f"{self.endpoint}: {asked.name}"

    def _error(self, asked: Method, error: Any) -> AlluxioError:
        status, said = error.code().name, error.details() or ""
        if status == "DEADLINE_EXCEEDED":
            return self.too_long(asked)
        if _LEADS_NO_MORE in said:
            return NeverReached(str(self.endpoint), "it does not lead any more")
        if status == "UNAVAILABLE" or _RESET in said:
            kind = NeverReached if any(w in said for w in _NOT_SENT) else ServerUnreachable
            return kind(str(self.endpoint), _cause(said))
        if status == "RESOURCE_EXHAUSTED" and _TOO_LARGE in said:
            return AnswerTooLarge(self._place(asked), self._limit_bytes)
        return refusal(str(self.endpoint), asked.name, status, said)


class Conversation:
    """One call with streams both ways, whose pace the caller sets; ``cancel`` it when done."""

    def __init__(
        self,
        channel: Channel,
        asked: Method,
        stream: Any,
        outgoing: queue.Queue[bytes | None],
        deadline_s: float,
    ) -> None:
        self._channel = channel
        self._asked = asked
        self._stream = stream
        self._outgoing = outgoing
        self._deadline_s = deadline_s

    def send(self, **fields: Any) -> None:
        """Waits while too much is unsent. Raises like ``Channel.call`` when the call has ended."""
        self._put(self._asked.request(**fields).SerializeToString())

    def end_sending(self) -> None:
        """Says that nothing more comes."""
        self._put(None)

    def receive(self) -> Any:
        """The next answer; None at the end. Raises like ``Channel.call``."""
        return self._channel.next_answer(self._asked, self._stream, self._deadline_s)

    def cancel(self) -> None:
        """Ends the call, if it has not ended."""
        self._stream.cancel()
        # gRPC's thread waits for the next thing to send: it must not wait for ever.
        while True:
            try:
                self._outgoing.put_nowait(None)
                return
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self._outgoing.get_nowait()

    def _put(self, content: bytes | None) -> None:
        end = time.monotonic() + self._deadline_s
        while True:
            try:
                self._outgoing.put(content, timeout=_LOOK_EVERY_S)
                return
            except queue.Full:
                if not self._stream.is_active():
                    # It raises what ended the call, or there is an early answer and an end.
                    while self.receive() is not None:
                        pass
                    raise ServerUnreachable(
                        str(self._channel.endpoint), "it ended the call early"
                    ) from None
                if time.monotonic() > end:
                    raise self._channel.too_long(self._asked) from None


@dataclass(frozen=True, slots=True)
class _Handshake:
    """The stream that keeps us known, and what feeds it."""

    stream: Any
    outgoing: queue.SimpleQueue[bytes | None]

    def end(self) -> None:
        self.outgoing.put(None)
        self.stream.cancel()


class _Watch:
    """Cancels a stream when it stays silent for ``deadline_s``."""

    def __init__(self, stream: Any, deadline_s: float) -> None:
        self.cancelled = False
        self._stream = stream
        self._timer = threading.Timer(deadline_s, self._cancel)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        self._timer.cancel()

    def _cancel(self) -> None:
        self.cancelled = True
        self._stream.cancel()


def _options(limit_bytes: int) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limit_bytes),
        # Errors travel as metadata and quote paths, which are long sometimes.
        ("grpc.absolute_max_metadata_size", 1024 * 1024),
        # A connection of its own: the handshake belongs to it.
        ("grpc.use_local_subchannel_pool", 1),
        # Past any proxy that the environment names.
        ("grpc.enable_http_proxy", 0),
        ("grpc.service_config_disable_resolution", 1),
    ]


def _left(end: float) -> float:
    # gRPC takes a deadline that is over as one that never ends if it is negative.
    return max(end - time.monotonic(), 0.001)


def _cause(said: str) -> str:
    """What gRPC says of a failed connection, without the addresses and times of the moment."""
    for words, cause in _CAUSES.items():
        if words in said:
            return cause
    return " ".join(said.split())[:_LONGEST_CAUSE] or "unavailable"
