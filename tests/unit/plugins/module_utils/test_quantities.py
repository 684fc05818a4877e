# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Quantities: exact in both directions, and garbage is refused with the field's name."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils import quantities
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

GI = 1024**3


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        (0, 0),
        (4096, 4096),
        (1.5, 2),
        ("0", 0),
        ("-0", 0),
        ("+5", 5),
        ("1Ki", 1024),
        ("512Mi", 512 * 1024**2),
        ("4Gi", 4 * GI),
        ("1.5Gi", 3 * GI // 2),
        (".5Gi", GI // 2),
        ("5.Gi", 5 * GI),
        ("2Ti", 2 * 1024**4),
        ("3Pi", 3 * 1024**5),
        ("7Ei", 7 * 1024**6),
        ("1k", 1000),
        ("1M", 1000**2),
        ("1.1G", 1_100_000_000),
        ("1T", 1000**4),
        ("1P", 1000**5),
        ("1E", 1000**6),
        ("1E3", 1000),
        ("1e3", 1000),
        ("12e-1", 2),
        ("1500m", 2),
        ("0.1Ki", 103),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_bytes_are_those_of_kubernetes(text: object, size_bytes: int) -> None:
    assert quantities.parse_bytes(text, "size") == size_bytes


@pytest.mark.parametrize(
    "text",
    ["", " ", "4 Gi", "4gi", "4GB", "4KI", "1e", "e3", "1e400", "--1", "-1Gi", "1,5Gi", "0x10", "٤Gi", "4Gi\n",
     ".", "Gi", "9Ei", "9223372036854775808", "9" * 100, "nan", "inf", float("nan"), float("inf"), -1, True, None,
     [], {"size": 1}],
)  # fmt: skip
def test_what_is_no_size_is_refused_by_field_and_value(text: object) -> None:
    with pytest.raises(InvalidValue) as caught:
        quantities.parse_bytes(text, "workers[0].tiers[1].quota")
    assert caught.value.field == "workers[0].tiers[1].quota"
    assert caught.value.value is text
    assert "workers[0].tiers[1].quota" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "millicores"),
    [("500m", 500), (2, 2000), ("0.5", 500), (0.1, 100), ("100u", 1), ("1k", 1_000_000)],
)
def test_cpu_in_millicores(text: object, millicores: int) -> None:
    assert quantities.parse_millicores(text, "cpu") == millicores


@pytest.mark.parametrize(
    ("size_bytes", "kubernetes", "alluxio", "words"),
    [
        (0, "0", "0B", "0"),
        (1500, "1500", "1500B", "1.46Ki"),
        (4 * GI, "4Gi", "4GB", "4Gi"),
        (15 * GI // 2, "7680Mi", "7680MB", "7.5Gi"),
        (1024**6, "1Ei", "1024PB", "1Ei"),
        (GI + 1, "1073741825", "1073741825B", "1Gi"),
    ],
)
def test_three_ways_to_write_a_size(
    size_bytes: int, kubernetes: str, alluxio: str, words: str
) -> None:
    assert quantities.format_bytes(size_bytes) == kubernetes
    assert quantities.parse_bytes(kubernetes, "size") == size_bytes
    assert quantities.format_alluxio_size(size_bytes) == alluxio
    assert quantities.describe_bytes(size_bytes) == words


def test_millicores_are_written_as_short_as_they_can_be() -> None:
    assert [quantities.format_millicores(amount) for amount in (0, 250, 1000, 1500)] == [
        "0",
        "250m",
        "1",
        "1500m",
    ]
