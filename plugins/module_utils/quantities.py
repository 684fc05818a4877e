# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Sizes and amounts as Kubernetes and Alluxio write them, exactly: bytes and millicores are ints.

Kubernetes' grammar is that of ``k8s.io/apimachinery/pkg/api/resource.Quantity``. Alluxio's is
``alluxio.util.FormatUtils.parseSpaceSize``: ``1GB`` is 1024^3 there, which Kubernetes writes
``1Gi``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil

from .errors import InvalidValue

_BINARY = {
    suffix: 1024**power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)
}
_DECIMAL = {suffix: 1000**power for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"), 1)}
_SMALL = {suffix: Fraction(1, 1000**power) for power, suffix in enumerate(("m", "u", "n"), 1)}
_FACTORS: dict[str, Fraction] = {
    "": Fraction(1),
    **{suffix: Fraction(factor) for suffix, factor in {**_BINARY, **_DECIMAL}.items()},
    **_SMALL,
}
_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<number>[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})"
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,2})|(?P<suffix>[KMGTPE]i|[numkMGTPE]?))"
)
# Kubernetes keeps quantities within an int64.
_LARGEST = 2**63 - 1
_ALLUXIO_UNITS = (("PB", 1024**5), ("TB", 1024**4), ("GB", 1024**3), ("MB", 1024**2), ("KB", 1024))


def parse_bytes(value: object, field: str) -> int:
    """Bytes of a Kubernetes quantity such as ``4Gi``, ``1.5G``, ``2e9`` or a plain number.

    A fraction of a byte is rounded up, as Kubernetes does. Raises InvalidValue, which names
    ``field``.
    """
    return ceil(_parse(value, field, "a size such as 512Mi, 4Gi or 1T"))


def parse_millicores(value: object, field: str) -> int:
    """Thousandths of a CPU of a Kubernetes quantity such as ``500m``, ``2`` or ``0.5``, rounded up.

    Raises InvalidValue, which names ``field``.
    """
    return ceil(_parse(value, field, "an amount of CPU such as 500m, 2 or 0.5") * 1000)


def format_bytes(size_bytes: int) -> str:
    """The shortest exact Kubernetes quantity with a binary suffix: 4294967296 -> ``4Gi``, 1500 ->
    ``1500``.
    """
    for suffix, factor in reversed(_BINARY.items()):
        if size_bytes and size_bytes % factor == 0:
            return f"{size_bytes // factor}{suffix}"
    return str(size_bytes)


def format_millicores(millicores: int) -> str:
    """The shortest exact Kubernetes quantity: 1500 -> ``1500m``, 2000 -> ``2``."""
    return f"{millicores}m" if millicores % 1000 else str(millicores // 1000)


def format_alluxio_size(size_bytes: int) -> str:
    """The shortest exact size in Alluxio's syntax: 4294967296 -> ``4GB``, 1500 -> ``1500B``."""
    for suffix, factor in _ALLUXIO_UNITS:
        if size_bytes and size_bytes % factor == 0:
            return f"{size_bytes // factor}{suffix}"
    return f"{size_bytes}B"


def describe_bytes(size_bytes: int) -> str:
    """For people, with at most two decimals: 8053063680 -> ``7.5Gi``. Not exact: never parse it
    again.
    """
    for suffix, factor in reversed(_BINARY.items()):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.2f}".rstrip("0").rstrip(".") + suffix
    return str(size_bytes)


def _parse(value: object, field: str, example: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise InvalidValue(field, value, f"give {example}")
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        raise InvalidValue(field, value, f"give {example}")
    amount = Fraction(match["number"])
    if match["exponent"] is not None:
        amount *= Fraction(10) ** int(match["exponent"])
    else:
        amount *= _FACTORS[match["suffix"]]
    if match["sign"] == "-" and amount:
        raise InvalidValue(field, value, f"it must not be negative; give {example}")
    if amount > _LARGEST:
        raise InvalidValue(field, value, "it is larger than Kubernetes can hold (8Ei)")
    return amount
