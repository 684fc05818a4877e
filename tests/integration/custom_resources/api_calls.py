# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Bare calls of the API server: what it answers, word by word."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

Create = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


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


def serve(server: Any, definition: Path, sample: dict[str, Any]) -> Create:
    """Defines a kind, and creates resources of it, as kubectl does but as a dry run; ``sample`` is a valid one."""
    crd = yaml.safe_load(definition.read_text())
    status, answer = post(server, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
    assert status in (201, 409), answer
    plural = crd["spec"]["names"]["plural"]
    path = f"/apis/alluxio.io/v1alpha1/namespaces/default/{plural}?dryRun=All"
    head = {"apiVersion": "alluxio.io/v1alpha1", "kind": crd["spec"]["names"]["kind"]}

    def create(resource: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        metadata = {**resource["metadata"], "namespace": "default"}
        return post(server, path, {**head, **resource, "metadata": metadata})

    deadline = time.monotonic() + 30
    while create(sample)[0] != 201:
        assert time.monotonic() < deadline, create(sample)
        time.sleep(0.2)
    return create
