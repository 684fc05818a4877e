# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Cron's times."""

from __future__ import annotations

from datetime import datetime

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.cron import parse, zone_of

UTC = zone_of("Etc/UTC", "zone")


@pytest.mark.parametrize(
    ("text", "after", "then"),
    [
        ("30 2 * * *", "2026-11-28T02:29:59", "2026-11-28T02:30:00"),
        ("30 2 * * *", "2026-11-28T02:30:00", "2026-11-29T02:30:00"),
        ("*/15 * * * *", "2026-11-28T23:50:00", "2026-11-29T00:00:00"),
        ("5-10/5,40 8-9 * * *", "2026-11-28T08:11:00", "2026-11-28T08:40:00"),
        ("0 0 29 feb *", "2026-11-28T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 * * mon-fri", "2026-11-27T12:00:00", "2026-11-30T00:00:00"),
        ("0 0 * * 7", "2026-11-28T12:00:00", "2026-11-29T00:00:00"),
        # Both days restricted: either one.
        ("0 0 13 * fri", "2026-11-28T00:00:00", "2026-12-04T00:00:00"),
        ("0 0 13 * fri", "2026-12-11T00:00:00", "2026-12-13T00:00:00"),
        ("@hourly", "2026-11-28T10:00:00", "2026-11-28T11:00:00"),
        ("@weekly", "2026-11-28T10:00:00", "2026-11-29T00:00:00"),
        ("50/5 0 1 1 *", "2026-01-01T00:51:00", "2026-01-01T00:55:00"),
    ],
)
def test_the_next_time(text: str, after: str, then: str) -> None:
    begin = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = parse(text, "cron").next_time(begin, UTC)
    assert found == datetime.fromisoformat(then).replace(tzinfo=UTC)


def test_a_time_that_never_comes() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert parse("0 0 31 2 *", "cron").next_time(begin, UTC) is None


def test_a_change_of_clocks() -> None:
    berlin = zone_of("Europe/Berlin", "zone")
    daily = parse("30 2 * * *", "cron")
    # 2026-03-29 has no 2:30, 2026-10-25 has two.
    spring = daily.times(datetime(2026, 3, 28, 0, tzinfo=UTC), berlin)
    assert [next(spring).isoformat() for _number in range(2)] == [
        "2026-03-28T01:30:00+00:00",
        "2026-03-30T00:30:00+00:00",
    ]
    autumn = daily.times(datetime(2026, 10, 25, 0, tzinfo=UTC), berlin)
    assert [next(autumn).isoformat() for _number in range(2)] == [
        "2026-10-25T00:30:00+00:00",
        "2026-10-26T01:30:00+00:00",
    ]


def test_of_many_missed_times_the_last_one_counts() -> None:
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 9, 12, tzinfo=UTC)
    cron = parse("@daily", "cron")
    assert cron.last_time(begin, end, UTC) == datetime(2026, 1, 9, tzinfo=UTC)
    assert cron.last_time(end, end, UTC) is None


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *", "*/0 * * * *",
     "5-1 * * * *", "1;2 * * * *", "@never", "-1 * * * *"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="cron"):
        parse(text, "cron")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "\x00"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="zone"):
        zone_of(name, "zone")
