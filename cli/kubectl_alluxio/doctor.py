# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio doctor`: what could be wrong, looked at in the order in which things depend on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubectl_alluxio import exit_codes
from kubectl_alluxio.connection import Connection, connected
from kubectl_alluxio.output import Format, show_data, show_table

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
    from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Access

_CLOCK_S = 5.0
_REST_TRAP = "alluxio.proxy.s3.v2.version.enabled"
_WRITE_TYPE = "alluxio.user.file.writetype.default"
_SERIES = "2.9."
# What each write type risks; CACHE_THROUGH and THROUGH end in the under file system.
_RISKS = {
    "MUST_CACHE": "files exist in workers alone: what overflows or loses its worker is gone without an error",
    "TRY_CACHE": "files exist in workers alone: what overflows or loses its worker is gone without an error",
    "ASYNC_THROUGH": "a file is acknowledged while one worker alone holds it",
    "NONE": "files are not written at all",
}


class Mark(StrEnum):
    """How a finding is meant."""

    GOOD = "ok"
    WARNING = "warning"
    BAD = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    check: str
    mark: Mark
    finding: str
    remedy: str = ""


@connected()
def doctor(
    connection: Connection,
    output: Annotated[
        Format, typer.Option("--output", "-o", help="Form of the answer.")
    ] = Format.TABLE,
) -> int:
    """Look for what could be wrong: permissions, reachability, versions, clocks, settings that lose data.

    Each finding has its remedy. The exit status is 1 when something failed; warnings leave it 0.

    Example: kubectl alluxio doctor -n analytics
    """
    findings = list(_examine(connection))
    if output == Format.TABLE:
        _show(findings)
    else:
        show_data([asdict(one) for one in findings], output)
    failed = any(one.mark is Mark.BAD for one in findings)
    return exit_codes.FAILED if failed else exit_codes.OK


def _show(findings: list[Finding]) -> None:
    rows = [(one.mark, one.check, one.finding) for one in findings]
    show_table(("RESULT", "CHECK", "FINDING"), rows)
    remedies = [one for one in findings if one.remedy]
    if remedies:
        print()
    for one in remedies:
        print(f"{one.check}: {one.remedy}")


def _examine(connection: Connection) -> Iterator[Finding]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

    if connection.masters:
        yield from _examine_alluxio(connection, None, "")
        return
    try:
        with connection.kubernetes() as (client, namespace):
            yield from _look("API server", lambda: _api_server(client))
            for wanted in _PERMISSIONS:
                yield from _look(
                    wanted.describe(namespace), partial(_permission, client, namespace, wanted)
                )
            yield from _examine_alluxio(connection, client, namespace)
    except AlluxioError as error:
        yield Finding("Kubernetes", Mark.BAD, error.message, error.remedy)


def _examine_alluxio(
    connection: Connection, client: KubeClient | None, namespace: str
) -> Iterator[Finding]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

    try:
        with connection.alluxio(client, namespace) as access:
            yield from _masters(access)
            yield from _look("workers", lambda: _workers(access))
            if client:
                yield from _look("workers' nodes", lambda: _worker_nodes(access, client))
            yield from _settings(access)
            if client:
                yield from _look("proxy", lambda: _proxy(client, namespace))
    except AlluxioError as error:
        yield Finding("masters", Mark.BAD, error.message, error.remedy)


def _look(check: str, look: Callable[[], Finding | None]) -> Iterator[Finding]:
    """One check that must not keep the others from being made."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

    try:
        finding = look()
    except AlluxioError as error:
        finding = Finding(check, Mark.UNKNOWN, error.message, error.remedy)
    if finding:
        yield finding


def _api_server(client: KubeClient) -> Finding:
    import json

    answer = client.stream("GET", "/version", timeout_s=10)
    version = json.loads(answer.read()).get("gitVersion", "?")
    return Finding("API server", Mark.GOOD, f"Kubernetes {version}")


@dataclass(frozen=True)
class Permission:
    """A verb that something here needs, and what is missing without it."""

    verb: str
    resource: str
    in_namespace: bool
    mark: Mark
    without: str

    def describe(self, namespace: str) -> str:
        where = f" in {namespace}" if self.in_namespace else ""
        return f"{self.verb} {self.resource}{where}"

    def review(self, namespace: str) -> dict[str, Any]:
        resource, _, subresource = self.resource.partition("/")
        attributes = {"verb": self.verb, "resource": resource, "subresource": subresource}
        if self.in_namespace:
            attributes["namespace"] = namespace
        return {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            # The API server makes up no name for it and takes none.
            "metadata": {"name": ""},
            "spec": {"resourceAttributes": attributes},
        }


_PERMISSIONS = (
    Permission("list", "pods", True, Mark.BAD, "nothing of a cluster can be found"),
    Permission("get", "pods/portforward", True, Mark.BAD, "Alluxio is not reached from outside"),
    Permission("create", "pods/portforward", True, Mark.WARNING, "newer API servers ask for it"),
    Permission("get", "pods/proxy", True, Mark.WARNING, "status lacks Alluxio's own figures"),
    Permission("list", "nodes", False, Mark.WARNING, "locality is not possible"),
    Permission("list", "pods", False, Mark.WARNING, "locality does not know the room of nodes"),
)


def _permission(client: KubeClient, namespace: str, wanted: Permission) -> Finding:
    what = wanted.describe(namespace)
    answer = client.create(wanted.review(namespace))
    if answer["status"].get("allowed"):
        return Finding(f"may {what}", Mark.GOOD, "yes")
    return Finding(f"may {what}", wanted.mark, f"no: {wanted.without}", f"ask for the verb: {what}")


def _masters(access: Access) -> Iterator[Finding]:
    before = time.time()
    state = access.master.meta.get_state()
    now = (before + time.time()) / 2
    yield Finding("leader", Mark.GOOD, f"{state.host} leads")
    if state.safe_mode:
        remedy = "wait until workers have registered; look at their logs if they do not"
        yield Finding(
            "safe mode", Mark.BAD, "the leader waits for workers and refuses calls", remedy
        )
    versions = sorted({master.version for master in state.masters} | {state.version})
    if len(versions) > 1:
        remedy = "let the rolling update end, or find what holds it"
        yield Finding("version", Mark.WARNING, f"masters run {', '.join(versions)}", remedy)
    elif not state.version.startswith(_SERIES):
        remedy = f"this program is made for Alluxio {_SERIES}x"
        yield Finding("version", Mark.WARNING, f"Alluxio {state.version}", remedy)
    else:
        yield Finding("version", Mark.GOOD, f"Alluxio {state.version}")
    ahead_s = (state.start_time_ms + state.uptime_ms) / 1000 - now
    if abs(ahead_s) > _CLOCK_S:
        what = f"the leader's clock is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} ours"
        yield Finding(
            "clock", Mark.WARNING, what, "set the clocks by NTP: times to live depend on them"
        )
    else:
        yield Finding("clock", Mark.GOOD, f"within {_CLOCK_S:g} s of ours")
    yield from _look("quorum", lambda: _quorum(access))


def _quorum(access: Access) -> Finding:
    members = access.master.journal.get_quorum()
    gone = [f"{member.host}:{member.port}" for member in members if not member.available]
    if gone:
        remedy = "bring them back: one more loss may leave no majority"
        return Finding("quorum", Mark.BAD, f"not available: {', '.join(gone)}", remedy)
    return Finding("quorum", Mark.GOOD, f"{len(members)} of {len(members)} masters")


def _workers(access: Access) -> Finding:
    workers = access.master.blocks.get_workers()
    lost = [worker.host for worker in workers if worker.state != "LIVE"]
    live = len(workers) - len(lost)
    if not live:
        return Finding("workers", Mark.BAD, "none is live", "look at the workers' pods and logs")
    if lost:
        remedy = "look at their pods: what they alone held is lost"
        return Finding("workers", Mark.WARNING, f"{live} live, lost: {', '.join(lost)}", remedy)
    return Finding("workers", Mark.GOOD, f"{live} live")


def _worker_nodes(access: Access, client: KubeClient) -> Finding:
    from ansible_collections.alluxio.k8s.plugins.module_utils.cluster_view import view_cluster
    from ansible_collections.alluxio.k8s.plugins.module_utils.locality.hosts import Hosts

    view = view_cluster(client)
    workers = access.master.blocks.get_workers()
    second = {w.host: w.address.container_host for w in workers if w.address.container_host}
    hosts = Hosts(view.nodes, view.pod_nodes, second)
    astray = {w.host: hosts.find(w.host).problem for w in workers if w.state == "LIVE"}
    astray = {host: problem for host, problem in astray.items() if problem}
    if astray:
        what = "; ".join(f"{host}: {problem}" for host, problem in sorted(astray.items()))
        remedy = "let workers register under their node's IP (alluxio.worker.hostname)"
        return Finding("workers' nodes", Mark.BAD, what, remedy)
    return Finding("workers' nodes", Mark.GOOD, "every worker belongs to a node")


def _settings(access: Access) -> Iterator[Finding]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

    try:
        settings = access.master.meta.get_configuration()
    except AlluxioError as error:
        yield Finding("settings", Mark.UNKNOWN, error.message, error.remedy)
        return
    write_type = settings[_WRITE_TYPE].value if _WRITE_TYPE in settings else ""
    risk = _RISKS.get(write_type)
    if risk:
        remedy = f"set {_WRITE_TYPE}=CACHE_THROUGH, and choose another only where loss is fine"
        yield Finding("write type", Mark.WARNING, f"{write_type}: {risk}", remedy)
    elif write_type:
        yield Finding("write type", Mark.GOOD, write_type)


def _proxy(client: KubeClient, namespace: str) -> Finding | None:
    """Since 2.9.3 a proxy answers every REST call with 200 and nothing, unless it is told otherwise."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube import pod_proxy

    selector = "app.kubernetes.io/name=alluxio,app.kubernetes.io/component=proxy"
    pods = client.list_objects("v1", "Pod", namespace, label_selector=selector)
    running = [pod for pod in pods if (pod.get("status") or {}).get("phase") == "Running"]
    if not running:
        return None
    path = pod_proxy.path_of(namespace, running[0]["metadata"]["name"], 39999, "/api/v1/proxy/info")
    body = pod_proxy.request(client, path, "GET", None, deadline_s=10, limit_bytes=1 << 24)
    if body:
        return Finding("proxy", Mark.GOOD, "REST answers")
    remedy = f"set {_REST_TRAP}=false for the proxy"
    return Finding("proxy", Mark.BAD, "every REST call is answered with 200 and nothing", remedy)
