# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the commands do: up, down, status and the rest."""

from __future__ import annotations

import json
import os
import socket
import time
import zlib
from calendar import timegm
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from . import (
    addons,
    certificates,
    cgroups,
    control_plane,
    host,
    images,
    network,
    node,
    pause,
    preflight,
)
from .api import Api
from .errors import DevClusterError
from .go_build import build
from .layout import CONTROL_PLANE, Layout, Node, clusters_folder, layout, node_list
from .locks import exclusive
from .machine import Machine
from .paths import write_whole
from .progress import say
from .removal import remove_tree

DEFAULT_NODES = 3
READY_TIMEOUT_S = 180.0
POLL_S = 0.1
FIRST_PORT, PORTS = 16443, 1000


@dataclass(frozen=True)
class Cluster:
    """A cluster that was made: what is decided once and kept."""

    layout: Layout
    port: int
    node_count: int
    binary: Path

    @property
    def name(self) -> str:
        return self.layout.name

    @property
    def nodes(self) -> list[Node]:
        return node_list(self.node_count)

    @property
    def control_plane(self) -> Machine:
        return Machine(self.layout, CONTROL_PLANE)

    def machine(self, of: Node) -> Machine:
        return Machine(self.layout, of.name)

    @property
    def api(self) -> Api:
        return Api(self.layout, self.port)


def up(name: str, node_count: int | None, archives: list[Path]) -> None:
    """Make the cluster, or start what of it does not run, and wait until all of it is ready."""
    place = layout(name)
    node_list(node_count or DEFAULT_NODES)
    for archive in archives:
        images.images(archive)
    preflight.check()
    archives = [pause.archive(), *archives]  # first, because it says when Go is missing
    preflight.install_missing()
    with _locked(place):
        cluster = _load(place) or _create(place, node_count or DEFAULT_NODES)
        if node_count not in (None, cluster.node_count):
            raise DevClusterError(
                f"The cluster {name} has {cluster.node_count} nodes, not {node_count}:"
                f" `dev/cluster down --name {name}` first."
            )
        host.prepare()
        _start_and_wait(cluster, cluster.nodes, archives)
    say(f"up: export KUBECONFIG={place.kubeconfig}")


def down(name: str) -> None:
    """End every process of the cluster, delete its files, and put the machine back as it was."""
    place = layout(name)
    preflight.check()
    with _locked(place):
        place.state_file.unlink(missing_ok=True)
        cgroups.end(place.cgroup)
        remove_tree(place.folder)
        host.restore()
    say(f"down: nothing of {name} is left")


def status(name: str) -> bool:
    """Print one line for each machine; whether all of them run and are ready."""
    place = layout(name)
    cluster = _load(place)
    if not cluster:
        print(f"{name}: there is no such cluster")
        return False
    ready = _ready_nodes(cluster, {})
    states = {CONTROL_PLANE: "ready" if cluster.api.is_ready() else "NOT READY"}
    states |= {n.name: "ready" if n.name in ready else "NOT READY" for n in cluster.nodes}
    print(f"{name}: https://127.0.0.1:{cluster.port} KUBECONFIG={place.kubeconfig}")
    for machine in [cluster.control_plane, *map(cluster.machine, cluster.nodes)]:
        pid = machine.pid()
        if pid is None:
            states[machine.name] = "STOPPED"
        print(f"  {machine.name:15} {states[machine.name]:10} pid {pid or '-'}")
    return set(states.values()) == {"ready"}


def load_images(name: str, archives: list[Path]) -> None:
    """Give the OCI archives to every node that runs."""
    cluster = _existing(name)
    images.load([m for m in map(cluster.machine, cluster.nodes) if m.pid()], archives)


def kubeconfig(name: str) -> Path:
    return _existing(name).layout.kubeconfig


def kubectl(name: str, arguments: list[str]) -> NoReturn:
    """Become the cluster's own kubectl."""
    cluster = _existing(name)
    environment = {**os.environ, "KUBECONFIG": str(cluster.layout.kubeconfig)}
    os.execve(cluster.binary, ["kubernetes", "kubectl", *arguments], environment)


def logs(name: str, which: str, follow: bool) -> None:
    """Show the logs of MACHINE, COMPONENT or MACHINE/COMPONENT; without one, list them."""
    folder = _existing(name).layout.logs
    files = {str(f.relative_to(folder).with_suffix("")): f for f in sorted(folder.rglob("*.log"))}
    if not which:
        print("\n".join(files))
        return
    chosen = [str(f) for key, f in files.items() if which == key or which in key.split("/")]
    if not chosen:
        raise DevClusterError(f"no log is called {which!r}: see `dev/cluster logs --name {name}`.")
    os.execvp("tail", ["tail", "--lines=+1", *(["--follow"] if follow else []), *chosen])


def stop_node(name: str, node_name: str) -> None:
    """Crash the node: everything on it ends at once, as in a power cut; its files stay."""
    cluster = _existing(name)
    with _locked(cluster.layout):
        cluster.machine(_node(cluster, node_name)).stop()
    say(f"{node_name} has crashed; the cluster notices after some 50 s")


def start_node(name: str, node_name: str) -> None:
    """Start a node that was stopped, and wait until it is ready."""
    cluster = _existing(name)
    with _locked(cluster.layout):
        _start_and_wait(cluster, [_node(cluster, node_name)], [])
    say(f"{node_name} is ready")


def _locked(place: Layout) -> AbstractContextManager[None]:
    lock = clusters_folder() / f".{place.name}.lock"
    return exclusive(lock, f"another dev/cluster works on {place.name}")


def _load(place: Layout) -> Cluster | None:
    if not place.state_file.exists():
        return None
    state = json.loads(place.state_file.read_text())
    return Cluster(place, state["port"], state["node_count"], Path(state["binary"]))


def _existing(name: str) -> Cluster:
    cluster = _load(layout(name))
    if not cluster:
        raise DevClusterError(
            f"There is no cluster {name}: `dev/cluster up --name {name}` makes it."
        )
    return cluster


def _node(cluster: Cluster, name: str) -> Node:
    for candidate in cluster.nodes:
        if candidate.name == name:
            return candidate
    raise DevClusterError(
        f"{cluster.name} has no node {name}: {', '.join(n.name for n in cluster.nodes)}."
    )


def _create(place: Layout, node_count: int) -> Cluster:
    if cgroups.processes(place.cgroup):
        raise DevClusterError(
            f"Processes of an earlier or another user's cluster {place.name} run in the cgroup"
            f" {place.cgroup}: `dev/cluster down --name {place.name}` ends them; or choose another"
            " --name."
        )
    binary = build("kubernetes")
    remove_tree(place.folder)
    cluster = Cluster(place, _free_port(place.name), node_count, binary)
    say(f"making the cluster {place.name}: {node_count} nodes, 127.0.0.1:{cluster.port}")
    certificates.create(binary, place, cluster.nodes, cluster.port)
    control_plane.write_files(place)
    memory_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    reserved_bytes = node.reserved_memory_bytes(memory_bytes, node_count)
    cni = preflight.cni_folder()
    assert cni
    for one in cluster.nodes:
        node.write_files(place, one, reserved_bytes, cni)
    # Last: with this file the cluster counts as made.
    state = {"port": cluster.port, "node_count": node_count, "binary": str(binary)}
    write_whole(place.state_file, json.dumps(state))
    return cluster


def _free_port(name: str) -> int:
    """The first free one from a place that depends on the name: mostly the same each time."""
    start = zlib.crc32(name.encode()) % PORTS
    for offset in range(PORTS):
        port = FIRST_PORT + (start + offset) % PORTS
        try:
            _listen(port).close()
            return port
        except OSError:
            continue
    raise DevClusterError(
        f"No port of 127.0.0.1 from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free."
    )


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=128)


def _start_and_wait(cluster: Cluster, nodes: list[Node], archives: list[Path]) -> None:
    begin = time.time()
    started = _start_machines(cluster, nodes)
    machines = [cluster.control_plane, *map(cluster.machine, nodes)]
    if archives:
        images.load(machines[1:], archives)
    _wait(machines, "the API server", cluster.api.is_ready)
    # Each time, because an earlier `up` may have been ended before it came so far.
    for path, content in addons.objects():
        cluster.api.apply(path, content)
    if started:
        say("the API server is ready")
    # Nodes that were cut off have said Ready before: only what they say from now on counts.
    cut_off = cluster.nodes if CONTROL_PLANE in started else [n for n in nodes if n.name in started]
    since = {one.name: begin for one in cut_off}
    _wait(machines, "the nodes", lambda: {n.name for n in nodes} <= _ready_nodes(cluster, since))
    account = "/api/v1/namespaces/default/serviceaccounts/default"
    _wait(machines, "the service accounts", lambda: cluster.api.get(account) is not None)


def _start_machines(cluster: Cluster, nodes: list[Node]) -> list[str]:
    """Start what does not run, all at once; the names of what was started."""
    place, binary = cluster.layout, cluster.binary
    pipes = []
    started = []
    if cluster.control_plane.pid() is None:
        with _host_listener(cluster) as listener:
            spec = control_plane.spec(place, binary, listener.fileno())
            pipes.append(cluster.control_plane.start(spec, listener.fileno()))
        network.wire_control_plane(_pid(cluster.control_plane))
        started.append(CONTROL_PLANE)
    for one in nodes:
        if cluster.machine(one).pid() is None:
            pipes.append(cluster.machine(one).start(node.spec(place, binary, one)))
            started.append(one.name)
    for one in cluster.nodes:
        pid = cluster.machine(one).pid()
        if pid is not None and not network.is_wired(pid):
            network.wire_node(_pid(cluster.control_plane), one, pid, cluster.nodes)
    for pipe in pipes:
        pipe.write(b"go\n")
        pipe.close()
    if started:
        say(f"started {', '.join(started)}")
    return started


def _host_listener(cluster: Cluster) -> socket.socket:
    try:
        return _listen(cluster.port)
    except OSError as error:
        raise DevClusterError(
            f"127.0.0.1:{cluster.port}, the address of {cluster.name}, is taken by another program:"
            f" end that, or `dev/cluster down --name {cluster.name}` and `up` again."
        ) from error


def _pid(machine: Machine) -> int:
    pid = machine.pid()
    if pid is None:
        raise DevClusterError(
            f"{machine.name} has ended; see its logs in {machine.layout.logs / machine.name}."
        )
    return pid


def _ready_nodes(cluster: Cluster, since: dict[str, float]) -> set[str]:
    """The nodes whose kubelet says Ready; for those in `since` only after that time."""
    found = cluster.api.get("/api/v1/nodes") or {"items": []}
    ready = set()
    for item in found["items"]:
        name = item["metadata"]["name"]
        for condition in item["status"].get("conditions", []):
            if condition["type"] == "Ready" and condition["status"] == "True":
                heartbeat = time.strptime(condition["lastHeartbeatTime"], "%Y-%m-%dT%H:%M:%SZ")
                if timegm(heartbeat) > int(since.get(name, 0)):
                    ready.add(name)
    return ready


def _wait(machines: list[Machine], what: str, done: Callable[[], bool]) -> None:
    place = machines[0].layout
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not done():
        for machine in machines:
            _pid(machine)
        if time.monotonic() > deadline:
            raise DevClusterError(
                f"{what}: not ready within {READY_TIMEOUT_S:.0f} s; see {place.logs}."
                f" `dev/cluster down --name {place.name}` removes the cluster."
            )
        time.sleep(POLL_S)
