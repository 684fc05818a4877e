# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between us and an Alluxio server."""

from __future__ import annotations

from ..errors import AlluxioError


class ServerUnreachable(AlluxioError):
    """No usable HTTP answer from ``address``: refused, silent, too slow, or not status 200."""

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(
            f"{address} did not answer: {cause}",
            "look at the log of the process there",
            address=address,
            cause=cause,
        )
        self.address = address
        self.cause = cause


class UnexpectedAnswer(AlluxioError):
    """An answer lacks a field that Alluxio 2.9 sends, or has it in another form."""

    def __init__(self, url: str, field: str, found: str) -> None:
        super().__init__(
            f"{url}: field {field!r} {found}",
            "check that the server is Alluxio 2.9 and that nothing stands in between",
            url=url,
            field=field,
        )
        self.field = field


class AnswerTooLarge(AlluxioError):
    """An answer was longer than the caller wants to hold; reading stopped at ``limit_bytes``."""

    def __init__(self, url: str, limit_bytes: int) -> None:
        super().__init__(
            f"{url}: the answer is longer than {limit_bytes} bytes",
            "ask for less at once",
            url=url,
            limit_bytes=limit_bytes,
        )
