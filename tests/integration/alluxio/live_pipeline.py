# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A pipeline's storage in a live Alluxio, and the programs of its stages, which write through FUSE."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import FileStatus
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_storage import Look, act, look_at
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_pipeline import plan
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_pipeline_status import (
    pipeline_status,
)
from live_alluxio import LiveAlluxio

MB = 1 << 20
# By default an edge of a minute.
FUSE = {
    "alluxio.user.conf.sync.interval": "500ms",
    "alluxio.user.file.writetype.default": "CACHE_THROUGH",
}
# How Alluxio calls the state of a file that has just been written.
STATES = {
    "sync": "PERSISTED",
    "async": "TO_BE_PERSISTED",
    "through": "PERSISTED",
    "none": "NOT_PERSISTED",
}


class Storage:
    """A pipeline's storage, with passes as the role takes them; everything but Kubernetes is real."""

    def __init__(self, live: LiveAlluxio, masters: MasterRpc, mount: Path, name: str) -> None:
        self.live, self.masters, self.mount, self.name = live, masters, mount, name
        self.root = f"/pipelines/{name}"
        self.resource: dict[str, Any] = {}

    def spec(self, **spec: Any) -> None:
        metadata = {"name": self.name, "namespace": "pipelines"}
        cluster = {"name": "cache", "namespace": "alluxio"}
        self.resource = {"metadata": metadata, "spec": {"alluxioCluster": cluster, **spec}}

    def observed(self) -> dict[str, Any]:
        look = plan(self.resource, None)["look"]
        return {
            "observed_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "agreed": True,
            "fuse": True,
            "secret": True,
            "claim": None,
            "volumes": [],
            "rivals": [],
            "alluxio": look_at(self.masters, Look(**{**look, "keep": tuple(look["keep"])})),
            "alluxio_error": None,
        }

    def take_pass(self, *finished: str) -> tuple[list[str], dict[str, Any]]:
        """What was done, and the report."""
        planned = plan(self.resource, self.observed(), finished)
        assert planned["errors"] == []
        done = act(self.masters, planned["steps"], dry_run=False)
        return done, pipeline_status(self.resource, planned, {})

    def settle(self) -> dict[str, Any]:
        report: dict[str, Any] = {}

        def settled() -> bool:
            _done, found = self.take_pass()
            report.update(found)
            return bool(found["settled"])

        self.live.wait_for("settled pipeline", settled, 90)
        return report

    def write(self, run: str, stage: str, size_bytes: int = 3 * MB) -> str:
        """A program of a stage: its checksum."""
        folder = self.seen(run, stage)
        folder.mkdir(parents=True)
        data = os.urandom(size_bytes)
        (folder / "part-0").write_bytes(data)
        # FUSE ends a file some time after the program has closed it.
        self.live.wait_for("complete file", lambda: self.file(run, stage).completed, 30)
        return hashlib.sha256(data).hexdigest()

    def prepare(self, persist: str) -> None:
        """Storage of that kind, of which the client has heard."""
        self.spec(persist=persist, cleanup={"action": "Delete"})
        self.take_pass()
        self.until_known(persist)

    def until_known(self, persist: str) -> None:
        """Until the client has heard of the write type, by files that it writes.

        The state alone does not tell: what is written through and what is cached as well are both persisted.
        """
        wanted = (STATES[persist], persist != "through")

        def known() -> bool:
            run = os.urandom(4).hex()
            self.write(run, "probe", 1)
            probe = self.file(run, "probe")
            return (probe.persistence_state, bool(probe.cached_bytes)) == wanted

        self.live.wait_for(f"file with state, in the cache: {wanted}", known, 30)

    def succeed(self, run: str) -> None:
        """The engine's exit handler."""
        (self.seen(run) / "_SUCCESS").touch()

    def seen(self, run: str, *parts: str) -> Path:
        """As programs see it."""
        return self.mount.joinpath(self.root.lstrip("/"), run, *parts)

    def outputs(self, run: str = "run", stage: str = "prep") -> list[FileStatus]:
        """What Alluxio knows of the files of a stage."""
        return list(self.masters.files.list_status(f"{self.root}/{run}/{stage}"))

    def file(self, run: str, stage: str) -> Any:
        return self.masters.files.get_status(f"{self.root}/{run}/{stage}/part-0")

    def in_ufs(self, run: str, stage: str) -> Path:
        return self.live.folder / "ufs" / self.root.lstrip("/") / run / stage / "part-0"
