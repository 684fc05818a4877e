# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line of dev/cluster."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from . import cluster
from .errors import DevClusterError


def main() -> None:
    os.environ["PATH"] += ":/usr/local/sbin:/usr/sbin:/sbin"  # not on every root's path
    own, for_kubectl = _split(sys.argv[1:])
    arguments = _parser().parse_args(own)
    try:
        sys.exit(_run(arguments, for_kubectl))
    except DevClusterError as error:
        sys.exit(f"dev/cluster: {error}")
    except KeyboardInterrupt:
        sys.exit(f"interrupted: `dev/cluster down --name {arguments.name}` removes what was begun")


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """What is ours and what is kubectl's: all that follows `kubectl [--name NAME]`, options too."""
    if words[:1] != ["kubectl"]:
        return words, []
    own = (
        3 if words[1:2] == ["--name"] else 2 if words[1:2] and words[1].startswith("--name=") else 1
    )
    return words[:own], words[own:]


def _run(given: argparse.Namespace, for_kubectl: list[str]) -> int:
    name: str = given.name
    match given.command:
        case "up":
            cluster.up(name, given.nodes, given.image)
        case "down":
            cluster.down(name)
        case "status":
            return 0 if cluster.status(name) else 1
        case "load-image":
            cluster.load_images(name, given.archives)
        case "kubeconfig":
            print(cluster.kubeconfig(name))
        case "kubectl":
            cluster.kubectl(name, for_kubectl)
        case "logs":
            cluster.logs(name, given.which, given.follow)
        case "node":
            {"stop": cluster.stop_node, "start": cluster.start_node}[given.action](name, given.node)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev/cluster",
        description="A real Kubernetes with some nodes on this machine, without Docker.",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument(
            "--name", default="dev", help="the cluster's name (default: %(default)s)"
        )
        return added

    up = command("up", "make the cluster, or repair it; a running one is left alone")
    up.add_argument("--nodes", type=int, help=f"how many (default: {cluster.DEFAULT_NODES})")
    up.add_argument(
        "--image", type=Path, action="append", default=[], help="an OCI archive for every node"
    )
    command("down", "end and delete the cluster and everything in it")
    command("status", "show the machines; the exit status is 0 when all are ready")
    load = command("load-image", "give OCI archives to every node")
    load.add_argument("archives", type=Path, nargs="+", metavar="ARCHIVE")
    command("kubeconfig", "print the path of the kubeconfig")
    command("kubectl", "run the cluster's own kubectl: what follows is for it")
    logs = command("logs", "show logs; without a name, list them")
    logs.add_argument("which", nargs="?", default="", metavar="MACHINE|COMPONENT|MACHINE/COMPONENT")
    logs.add_argument("-f", "--follow", action="store_true", help="and go on as they grow")
    node = command("node", "crash a node or start it again")
    node.add_argument("action", choices=["stop", "start"])
    node.add_argument("node", metavar="NODE")
    return parser
