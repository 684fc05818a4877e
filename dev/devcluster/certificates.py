# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Certificates and kubeconfigs: who is who in the cluster."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

from .errors import DevClusterError
from .layout import API_SERVICE_ADDRESS, API_URL, CONTROL_PLANE_ADDRESS, Layout, Node

AUTHORITY = "authority"
FRONT_PROXY_AUTHORITY = "front-proxy-authority"
SERVICE_ACCOUNTS = "service-accounts"
# The name of a kubeconfig -> the user, and its group, as Kubernetes' own roles know them.
USERS = {
    "admin": ("admin", "system:masters"),
    "kube-controller-manager": ("system:kube-controller-manager", ""),
    "kube-scheduler": ("system:kube-scheduler", ""),
    "kube-proxy": ("system:kube-proxy", ""),
    "coredns": ("system:coredns", ""),
    "volume-provisioner": ("system:volume-provisioner", ""),
}


def create(binary: Path, layout: Layout, nodes: list[Node], port: int) -> None:
    """Write every certificate, a kubeconfig for each component, and the user's kubeconfig."""
    folder = layout.certificates
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    users = USERS | {node.name: (f"system:node:{node.name}", "system:nodes") for node in nodes}
    done = subprocess.run(
        [binary, "certificates", folder],
        input=json.dumps(_requests(users)),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise DevClusterError(f"making certificates failed: {done.stderr.strip()}")
    for name in users:
        _write_kubeconfig(folder / f"{name}.kubeconfig", folder, name, API_URL, "dev")
    _write_kubeconfig(
        layout.kubeconfig, folder, "admin", f"https://127.0.0.1:{port}", layout.cgroup
    )


def _requests(users: dict[str, tuple[str, str]]) -> list[dict[str, object]]:
    authorities: list[dict[str, object]] = [
        {"Name": name, "CommonName": name}
        for name in (AUTHORITY, FRONT_PROXY_AUTHORITY, SERVICE_ACCOUNTS)
    ]
    servers: list[dict[str, object]] = [
        {
            "Name": "kube-apiserver",
            "Authority": AUTHORITY,
            "CommonName": "kube-apiserver",
            "DNSNames": [
                "localhost",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
            ],
            "IPs": ["127.0.0.1", CONTROL_PLANE_ADDRESS, API_SERVICE_ADDRESS],
        },
        {
            "Name": "kubelet-client",
            "Authority": AUTHORITY,
            "CommonName": "kube-apiserver-kubelet-client",
            "Organization": ["system:masters"],
        },
        {"Name": "front-proxy", "Authority": FRONT_PROXY_AUTHORITY, "CommonName": "front-proxy"},
    ]
    clients: list[dict[str, object]] = [
        {
            "Name": name,
            "Authority": AUTHORITY,
            "CommonName": user,
            "Organization": [group] if group else [],
        }
        for name, (user, group) in users.items()
    ]
    return [*authorities, *servers, *clients]


def _write_kubeconfig(path: Path, folder: Path, user: str, server: str, context: str) -> None:
    cluster = {
        "server": server,
        "certificate-authority-data": _encoded(folder / f"{AUTHORITY}.crt"),
    }
    credentials = {
        "client-certificate-data": _encoded(folder / f"{user}.crt"),
        "client-key-data": _encoded(folder / f"{user}.key"),
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": context, "user": credentials}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=1))


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
