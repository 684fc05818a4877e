# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Addresses as people write them."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint, parse
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("m-0", "m-0", 19998),
        ("m-0.ns.svc:1", "m-0.ns.svc", 1),
        ("10.0.0.1:65535", "10.0.0.1", 65535),
        ("[::1]:7", "::1", 7),
        ("[fd00::2]", "fd00::2", 19998),
        ("fd00::2", "fd00::2", 19998),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    assert parse(text, "masters[0]", 19998) == Endpoint(host, port)


@pytest.mark.parametrize(
    "text",
    ["", ":1", "a:0", "a:65536", "a:b", "a:", "[::1", "[::1]x", "http://a:1", "a b", "a@b:1"],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"masters\[0\]") as caught:
        parse(text, "masters[0]", 19998)
    assert caught.value.value == text


def test_as_text() -> None:
    assert str(Endpoint("::1", 7)) == "[::1]:7"
    assert str(Endpoint("m", 7)) == "m:7"
