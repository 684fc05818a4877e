# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Bare calls of the API server: what it answers, word by word."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import Any


def post(server: Any, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Status and answer of a create with strict field validation, as kubectl asks for it."""
    separator = "&" if "?" in path else "?"
    request = urllib.request.Request(
        f"{server.url}{path}{separator}fieldValidation=Strict",
        data=json.dumps(body).encode(),
        headers={"Authorization": "Bearer admin", "Content-Type": "application/json"},
    )
    context = ssl.create_default_context(cafile=str(server.folder / "authority.crt"))
    try:
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return error.code, json.loads(text) if text.startswith("{") else {"message": text}
