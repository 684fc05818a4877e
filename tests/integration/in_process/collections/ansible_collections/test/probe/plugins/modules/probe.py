#!/usr/bin/python
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A module that shows what reached it, and misbehaves on request."""

from __future__ import annotations

import os

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import run_module
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

ARGUMENT_SPEC = {
    "text": {"type": "str", "aliases": ["words"], "deprecated_aliases": [
        {"name": "words", "version": "9.0.0", "collection_name": "test.probe"}]},
    "count": {"type": "int", "default": 3},
    "password": {"type": "str", "no_log": True},
    "nested": {"type": "dict", "options": {"token": {"type": "str", "no_log": True}, "name": {"type": "str"}}},
    "objects": {"type": "list", "elements": "dict"},
    "either": {"type": "str"},
    "other": {"type": "str"},
    "fail": {"type": "str", "choices": ["error", "defect"]},
}  # fmt: skip
CONSTRAINTS = {"mutually_exclusive": [["either", "other"]]}


def run(params, check_mode, diff):
    if params["fail"] == "error":
        raise InvalidValue("password", params["password"], "choose another")
    if params["fail"] == "defect":
        raise RuntimeError(f"cannot log in with {params['password']}")
    return {
        "changed": True,
        "pid": os.getpid(),
        "check_mode": check_mode,
        "diff_mode": diff,
        "params": params,
        "types": sorted({type(value).__name__ for value in params.values()}),
        "echo": f"password is {params['password']}",
        "template": "{{ 7 * 7 }}",
        "warnings": ["mind the gap"],
    }


def main():
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
