# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Before workers go: what lies on them alone is brought into the UFS, or it is said what stands in
the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from .alluxio.model import WorkerState
from .alluxio.unpersisted import AtRisk, at_risk, list_unpersisted, persist
from .cluster_info import selector
from .errors import AlluxioError
from .kube.client import KubeClient
from .kube.pods import pod_row
from .plans.naming import DISCARD
from .plans.rollout import Row
from .pod_rpc import masters_rpc
from .quantities import describe_bytes

LIST_S, CALL_S = 10.0, 5.0
# So many files are handed to the job service in one pass.
MOST_AT_ONCE = 2000
_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Drained:
    """Whether the workers on ``hosts`` may go, and ``why`` not. ``asked``: files that were handed to
    be copied.
    """

    done: bool
    why: str = ""
    files: int = 0
    length_bytes: int = 0
    asked: int = 0
    hosts: frozenset[str] = frozenset()


def drain(
    client: KubeClient, name: str, namespace: str, pods: Sequence[str] | None, dry_run: bool
) -> Drained:
    """One step for the workers in ``pods``, or for all of the cluster when that is None.

    Raises the errors of kube/errors.py.
    """
    children = {"namespace": namespace, "label_selector": selector(name)}
    rows = [pod_row(pod) for pod in client.direct.list_objects("v1", "Pod", **children)]
    going = [row for row in rows if _holds_data(row) and (pods is None or row["name"] in pods)]
    if not going:
        return Drained(True)
    hosts = frozenset(row["host_ip"] for row in going)
    try:
        with masters_rpc(client, name, namespace, CALL_S) as masters:
            files = [f for f in list_unpersisted(masters.masters, LIST_S) if f.hosts & hosts]
            risk = at_risk(files, hosts)
            if not files:
                return Drained(True, hosts=hosts)
            asked = 0 if dry_run else persist(masters.masters, files[:MOST_AT_ONCE], CALL_S)
    except AlluxioError as error:
        if not any(row["ready"] for row in going):
            # A cluster that does not work must be removable, and what it held cannot be read.
            return Drained(True)
        why = f"whether anything is cached on {_names(going)} alone cannot be told: {error.message}"
        return Drained(False, f"{why}; {_way()}")
    return Drained(False, sentence(risk, going), risk.files, risk.length_bytes, asked)


def follow(step: Callable[[], Drained], wait_s: float) -> tuple[Drained, bool]:
    """Steps until one says that the workers may go, or ``wait_s`` is over.

    The last step's answer, and whether any of them had files copied.
    """
    deadline, asked = time.monotonic() + wait_s, False
    while True:
        found = step()
        asked = asked or found.asked > 0
        if found.done or time.monotonic() >= deadline:
            return found, asked
        time.sleep(_PAUSE_S)


def retire(client: KubeClient, name: str, namespace: str, hosts: Collection[str]) -> None:
    """Takes the workers on ``hosts`` out of service: for when nothing keeps their pods any more.

    Otherwise clients go on to choose them until the master misses their heartbeats. A worker that
    starts again on the same host is in service again. Without a master that answers nothing is
    done: it will find out by itself.
    """
    try:
        with masters_rpc(client, name, namespace, CALL_S) as masters:
            for worker in masters.blocks.get_workers():
                if worker.host in hosts and worker.state is WorkerState.LIVE:
                    masters.blocks.decommission_worker(
                        worker.host, worker.address.web_port, may_register_again=True
                    )
    except AlluxioError:
        return


def _holds_data(pod: Row) -> bool:
    """What a worker holds is lost already when it has ended or is about to."""
    return bool(
        pod["component"] == "worker"
        and pod["phase"] == "Running"
        and pod["host_ip"]
        and not pod["deleting"]
    )


def sentence(risk: AtRisk, going: Sequence[Row]) -> str:
    """What would be lost, where, and what to do."""
    files = "1 file" if risk.files == 1 else f"{risk.files} files"
    where = f"{files} of {describe_bytes(risk.length_bytes)} on {_names(going)}"
    examples = ", ".join(risk.examples)
    return f"{where} have no copy in the UFS and are being persisted ({examples}); {_way()}"


def _names(pods: Sequence[Row]) -> str:
    names = [pod["name"] for pod in pods]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _way() -> str:
    return f'to give up what is cached alone, set the annotation {DISCARD}: "true"'
