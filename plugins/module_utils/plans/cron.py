# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Times as cron writes them: five fields, minute by minute, in a time zone. Pure.

As crontab(5): lists, ranges, steps, names of months and days, 7 for Sunday too; if both days are restricted either one
is enough. A local time that a change of clocks leaves out is left out; one that comes twice counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import InvalidValue

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_PART = re.compile(r"(?P<first>\*|\?|\w+)(-(?P<last>\w+))?(/(?P<step>[0-9]{1,4}))?\Z")
# The 29th of February is at most so far away.
_MOST_DAYS = 366 * 8 + 1


@dataclass(frozen=True)
class Cron:
    """The values of each field that match. ``any_day`` and ``any_weekday``: the field is not restricted."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def times(self, after: datetime, zone: tzinfo) -> Iterator[datetime]:
        """The times after that one, as UTC, in their order; none if there is none within eight years."""
        day = after.astimezone(zone).date()
        for _number in range(_MOST_DAYS):
            yield from (time for time in self._times_of(day, zone) if time > after)
            day += timedelta(days=1)

    def next_time(self, after: datetime, zone: tzinfo) -> datetime | None:
        return next(self.times(after, zone), None)

    def last_time(self, after: datetime, until: datetime, zone: tzinfo) -> datetime | None:
        """The last time that is after the one and not after the other."""
        day, first = until.astimezone(zone).date(), after.astimezone(zone).date()
        while day >= first:
            found = [time for time in self._times_of(day, zone) if after < time <= until]
            if found:
                return found[-1]
            day -= timedelta(days=1)
        return None

    def _times_of(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        if not self._is_day(day.day, day.month, day.isoweekday() % 7):
            return
        for hour in self.hours:
            for minute in self.minutes:
                local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                time = local.astimezone(UTC)
                if time.astimezone(zone).replace(fold=0) == local:
                    yield time

    def _is_day(self, day: int, month: int, weekday: int) -> bool:
        if month not in self.months:
            return False
        if self.any_day or self.any_weekday:
            return day in self.days and weekday in self.weekdays
        return day in self.days or weekday in self.weekdays


def parse(text: str, field: str) -> Cron:
    """Raises InvalidValue, which names ``field``."""
    fields = _MACROS.get(text.strip().lower(), text).split()
    if len(fields) != 5:
        raise InvalidValue(
            field, text, "give five fields: minute hour day month weekday, as 30 2 * * *"
        )
    try:
        minutes, hours, days, months, weekdays = (
            _values(part, low, high, names)
            for part, (low, high, names) in zip(
                fields,
                ((0, 59, []), (0, 23, []), (1, 31, []), (1, 12, _MONTHS), (0, 7, _DAYS)),
                strict=True,
            )
        )
    except ValueError as error:
        raise InvalidValue(field, text, str(error)) from None
    return Cron(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=frozenset(days),
        months=frozenset(months),
        weekdays=frozenset(day % 7 for day in weekdays),
        any_day=fields[2][0] in "*?",
        any_weekday=fields[4][0] in "*?",
    )


def zone_of(name: str, field: str) -> tzinfo:
    """Raises InvalidValue, which names ``field``."""
    if name in ("UTC", "Etc/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidValue(field, name, "give the name of a time zone, as Europe/Berlin") from None


def _values(text: str, low: int, high: int, names: list[str]) -> set[int]:
    values: set[int] = set()
    for part in text.split(","):
        match = _PART.match(part)
        if match is None:
            raise ValueError(f"{part!r} is no value, range or step")
        step = int(match["step"] or 1)
        if step < 1:
            raise ValueError(f"{part!r}: a step is at least 1")
        if match["first"] in "*?":
            first, last = low, high
        else:
            first = _number(match["first"], low, high, names)
            last = high if match["step"] else first
            last = _number(match["last"], low, high, names) if match["last"] else last
        if last < first:
            raise ValueError(f"{part!r} ends before it begins")
        values |= set(range(first, last + 1, step))
    return values


def _number(text: str, low: int, high: int, names: list[str]) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + low
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{text!r} is not between {low} and {high}")
    return int(text)
