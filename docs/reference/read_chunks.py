# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads a frame of the chunk format (chunk-format.md) with numpy alone: proof that the page says all there is to know.

It takes the files' word for everything; what a careful reader checks is in the page.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

VALUES = {"bool32": "<i4", "int32": "<i4", "float64": "<f8", "int64": "<i8", "dictionary32": "<i4"}


def read_frame(folder: Path) -> dict[str, np.ma.MaskedArray[Any, Any]]:
    """The columns by name, with nulls masked: numbers as they are stored, truth values, strings."""
    manifest = json.loads(max(folder.glob("_manifest-*.json")).read_text(encoding="utf-8"))
    chunks = [np.memmap(folder / chunk["file"], np.uint8, "r") for chunk in manifest["chunks"]]
    rows = [chunk["rows"] for chunk in manifest["chunks"]]
    frame = {}
    for index, column in enumerate(manifest["columns"]):
        dtype = VALUES[column["type"]]
        parts = [segment(*chunk, index, dtype) for chunk in zip(chunks, rows, strict=True)]
        values = np.ma.concatenate([np.ma.empty(0, dtype), *parts])
        frame[column["name"]] = decoded(column, values)
    return frame


def segment(
    chunk: np.ndarray[Any, Any], rows: int, index: int, dtype: str
) -> np.ma.MaskedArray[Any, Any]:
    """The values of one column in one chunk."""
    entry = chunk[80 + 80 * index :]
    validity_at, values_at = (int(at) for at in entry[8:24].view("<u8"))
    values = chunk[values_at : values_at + rows * np.dtype(dtype).itemsize].view(dtype)
    if validity_at == 0:
        return np.ma.array(values)
    bits = np.unpackbits(chunk[validity_at:], count=rows, bitorder="little")
    return np.ma.array(values, mask=bits == 0)


def decoded(
    column: dict[str, Any], values: np.ma.MaskedArray[Any, Any]
) -> np.ma.MaskedArray[Any, Any]:
    if column["type"] == "bool32":
        return values.astype(bool)
    if column["type"] != "dictionary32":
        return values
    strings = np.array([None, *column["dictionary"]], object)
    return np.ma.array(strings[values.filled(0)], mask=np.ma.getmaskarray(values))
