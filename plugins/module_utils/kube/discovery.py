# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which kinds the API server serves, and where: discovery, kept in a file that all clients of one
server share.

ansible-operator gives every custom resource a kubeconfig with an address of its own (the owner is
written into the user part of the URL), so the cache of the `kubernetes` package, named by the whole
address, repeats discovery for every custom resource.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import kind_missing

# GET of a path such as /apis/apps/v1; None when the API server does not know it.
Fetch = Callable[[str], "dict[str, Any] | None"]


@dataclass(frozen=True)
class Kind:
    """How one kind is addressed."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    def path(
        self, namespace: str | None = None, name: str | None = None, subresource: str | None = None
    ) -> str:
        """The path of the collection, of one object, or of an object's subresource."""
        parts = [group_version_path(self.api_version)]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts += [self.plural, *(part for part in (name, subresource) if part)]
        return "/".join(parts)


class Kinds:
    """The kinds of one API server; asks it only for what neither memory nor the file knows."""

    def __init__(self, fetch: Fetch, file: Path | None) -> None:
        self._fetch = fetch
        self._file = file
        self._known = _read(file)

    def find(self, api_version: str, kind: str) -> Kind:
        """Raises KindMissing when the API server, asked anew, does not serve the kind."""
        known = self._known.get(api_version, {})
        if kind not in known:
            known = self._discover(api_version)
        if kind not in known:
            raise kind_missing(api_version, kind)
        return known[kind]

    def forget(self, api_version: str) -> None:
        """Drops what is known of a group version, since the API server has just shown it to be
        wrong.
        """
        self._known.pop(api_version, None)
        self._write(dropped=api_version)

    def _discover(self, api_version: str) -> dict[str, Kind]:
        answer = self._fetch(group_version_path(api_version)) or {}
        found = parse_resource_list(api_version, answer)
        if found:
            self._known[api_version] = found
            self._write()
        return found

    def _write(self, dropped: str | None = None) -> None:
        """Adds ours to the file as it is now. Whole files are swapped in, so a reader never sees
        half of one; what a writer at the same moment loses is merely asked for again.
        """
        if self._file is None:
            return
        known = {**_read(self._file), **self._known}
        if dropped:
            known.pop(dropped, None)
        content = {
            version: [asdict(kind) for kind in kinds.values()] for version, kinds in known.items()
        }
        with contextlib.suppress(OSError):
            handle, temporary = tempfile.mkstemp(dir=self._file.parent, prefix=self._file.name)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(content, stream)
            os.replace(temporary, self._file)


def group_version_path(api_version: str) -> str:
    """``v1`` -> ``/api/v1``, ``apps/v1`` -> ``/apis/apps/v1``."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def parse_resource_list(api_version: str, answer: Mapping[str, Any]) -> dict[str, Kind]:
    """The kinds in an APIResourceList, without subresources."""
    return {
        item["kind"]: Kind(api_version, item["kind"], item["name"], bool(item["namespaced"]))
        for item in answer.get("resources") or []
        if "/" not in item["name"]
    }


def cache_file(
    server: str, certificate_authority: str, environment: Mapping[str, str]
) -> Path | None:
    """The file for one API server: by address without its user part, and by its authority, since
    development clusters follow each other on one address. None where no folder can be written.
    """
    address = urlsplit(server)
    identity = f"{address.scheme}://{address.hostname}:{address.port}{address.path.rstrip('/')}\n{certificate_authority}"
    name = hashlib.sha256(identity.encode()).hexdigest()[:32] + ".json"
    for folder in _folders(environment):
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # In a shared temporary folder somebody else may have been there first.
            if folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK):
                return folder / name
    return None


def _folders(environment: Mapping[str, str]) -> list[Path]:
    folders = [Path(tempfile.gettempdir()) / f"alluxio-k8s-{os.getuid()}" / "discovery"]
    if home := environment.get("HOME"):
        folders.insert(0, Path(home) / ".cache" / "alluxio-k8s" / "discovery")
    if chosen := environment.get("ALLUXIO_K8S_CACHE"):
        folders.insert(0, Path(chosen) / "discovery")
    return folders


def _read(file: Path | None) -> dict[str, dict[str, Kind]]:
    """What the file says; nothing when it is missing or not ours."""
    try:
        content = json.loads(file.read_text(encoding="utf-8")) if file else {}
        return {
            version: {item["kind"]: Kind(**item) for item in items}
            for version, items in content.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
