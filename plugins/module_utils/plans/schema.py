# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the API server does with a spec, done for those who have no CRD: defaults, and all errors
with their paths.

Follows the rules of structural schemas (apiextensions.k8s.io/v1): a null where none is allowed
counts as absent, a default is completed by the defaults within it. Unlike the API server it refuses
unknown fields always, and suggests the right one.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from .findings import Findings

Schema = Mapping[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_WORDS = {
    "object": "a map",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_SHOWN_LENGTH = 100


def complete(value: Any, schema: Schema, path: str, findings: Findings) -> Any:
    """The value with its defaults. Every error goes to ``findings``; wrong parts are left as they
    are.
    """
    if value is None and schema.get("nullable"):
        return None
    if not _has_type(value, schema, path, findings):
        return value
    if isinstance(value, dict):
        return _complete_map(value, schema, path, findings)
    if isinstance(value, list):
        return _complete_list(value, schema, path, findings)
    _check_scalar(value, schema, path, findings)
    return value


def _complete_map(value: dict[str, Any], schema: Schema, path: str, findings: Findings) -> Any:
    known: Mapping[str, Schema] = schema.get("properties", {})
    extra: Schema | None = schema.get("additionalProperties")
    result: dict[str, Any] = {}
    for key, item in value.items():
        where = f"{path}.{key}"
        if key in known:
            if item is not None or known[key].get("nullable"):
                result[key] = complete(item, known[key], where, findings)
        elif extra is not None:
            result[key] = complete(item, extra, where, findings)
        elif schema.get("x-kubernetes-preserve-unknown-fields"):
            result[key] = item
        else:
            _refuse_unknown(key, known, where, findings)
    for key, part in known.items():
        if key not in result and "default" in part:
            default = copy.deepcopy(part["default"])
            result[key] = complete(default, part, f"{path}.{key}", findings)
    for key in schema.get("required", ()):
        if key not in result:
            findings.error(f"{path}.{key}", None, f"{path}.{key} is missing", f"give {path}.{key}")
    _check_bounds(len(value), "maxProperties", "entries", schema, path, findings)
    return result


def _complete_list(value: list[Any], schema: Schema, path: str, findings: Findings) -> list[Any]:
    _check_bounds(len(value), "maxItems", "items", schema, path, findings)
    if len(value) < schema.get("minItems", 0):
        least = schema["minItems"]
        findings.error(path, None, f"{path} has {len(value)} items", f"give at least {least}")
    items = [
        complete(item, schema["items"], f"{path}[{index}]", findings)
        for index, item in enumerate(value)
    ]
    keys = schema.get("x-kubernetes-list-map-keys")
    if keys:
        _refuse_duplicates(items, keys, path, findings)
    return items


def _has_type(value: Any, schema: Schema, path: str, findings: Findings) -> bool:
    if schema.get("x-kubernetes-int-or-string"):
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            return True
        words = "a whole number or a string"
    else:
        expected = schema.get("type")
        if expected is None:
            return True
        right = isinstance(value, _TYPES[expected])
        if right and (expected == "boolean" or not isinstance(value, bool)):
            return True
        words = _WORDS[expected]
    # The text in place of a string or a map could be a password that slipped; in place of a number
    # it is worth showing.
    shown = value if words in (_WORDS["integer"], _WORDS["number"], _WORDS["boolean"]) else None
    shown = _shortened(shown)
    given = f"{type(value).__name__} {shown!r}" if shown is not None else type(value).__name__
    remedy = f"give {words}" + (", in quotes" if words == _WORDS["string"] else "")
    findings.error(path, shown, f"{path} must be {words}, not {given}", remedy)
    return False


def _check_scalar(value: Any, schema: Schema, path: str, findings: Findings) -> None:
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(map(str, schema["enum"]))
        near = difflib.get_close_matches(str(value), [str(one) for one in schema["enum"]], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        message = f"{path}: {_shortened(value)!r} is not one of {choices}"
        findings.error(path, _shortened(value), message, f"choose one of {choices}{hint}")
    if isinstance(value, str):
        _check_string(value, schema, path, findings)
    elif not isinstance(value, bool):
        _check_number(value, schema, path, findings)


def _check_string(value: str, schema: Schema, path: str, findings: Findings) -> None:
    length = len(value)
    if length < schema.get("minLength", 0):
        findings.error(path, value, f"{path} is empty", f"give {path} or leave it out")
    elif length > schema.get("maxLength", length):
        most = schema["maxLength"]
        message = f"{path} has {length} characters"
        findings.error(path, _shortened(value), message, f"use at most {most}")
    elif "pattern" in schema and not _pattern(schema["pattern"]).search(value):
        message = f"{path}: {_shortened(value)!r} is not valid"
        findings.error(path, _shortened(value), message, f"it must match {schema['pattern']}")


def _check_number(value: float, schema: Schema, path: str, findings: Findings) -> None:
    if value < schema.get("minimum", value):
        least = schema["minimum"]
        findings.error(path, value, f"{path}: {value} is too small", f"give at least {least}")
    if value > schema.get("maximum", value):
        most = schema["maximum"]
        findings.error(path, value, f"{path}: {value} is too large", f"give at most {most}")


def _check_bounds(
    count: int, keyword: str, noun: str, schema: Schema, path: str, findings: Findings
) -> None:
    if count > schema.get(keyword, count):
        findings.error(path, None, f"{path} has {count} {noun}", f"give at most {schema[keyword]}")


def _refuse_unknown(key: Any, known: Mapping[str, Any], path: str, findings: Findings) -> None:
    # The value is not shown: an unknown field may well be a password in the wrong place.
    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.6)
    remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
    findings.error(path, None, f"{path} is an unknown field", remedy)


def _refuse_duplicates(items: list[Any], keys: list[str], path: str, findings: Findings) -> None:
    seen: set[tuple[Any, ...]] = set()
    words = " and ".join(keys)
    for index, item in enumerate(items):
        values = tuple(item.get(key) if isinstance(item, dict) else None for key in keys)
        if not all(isinstance(value, (str, int)) for value in values):
            continue
        if values in seen:
            where, shown = f"{path}[{index}]", values[0] if len(values) == 1 else None
            message = f"{where}: the {words} {' and '.join(map(repr, values))} is there twice"
            findings.error(where, shown, message, f"give each its own {words}")
        seen.add(values)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Go's `$` is the end of the text, Python's also stands before a last newline. Within brackets it is a dollar.
    return re.compile(re.sub(r"(?<!\\)\$(?=$|[)|])", r"\\Z", pattern))


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _SHOWN_LENGTH:
        return value[:_SHOWN_LENGTH] + "..."
    return value if isinstance(value, (str, int, float, bool)) else None
