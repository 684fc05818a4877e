# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What several folders need: a real API server (etcd and kube-apiserver on loopback, nothing else of
Kubernetes), and the programs of Alluxio.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient, connect

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "dev"))
from devcluster import go_build  # noqa: E402
from images import catalogue, java, layers, oci  # noqa: E402

ADMIN, NOBODY = "admin", "nobody"
CONFIG_MAPS = [("v1", "ConfigMap")]
START_TIMEOUT_S = 60


@dataclass(frozen=True)
class ApiServer:
    """One running API server and a kubeconfig for each user: ``admin`` may do all, ``nobody``
    nothing.
    """

    url: str
    folder: Path

    def kubeconfig(self, user: str = ADMIN) -> str:
        authority = base64.b64encode((self.folder / "authority.crt").read_bytes()).decode()
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [
                {
                    "name": "test",
                    "cluster": {"server": self.url, "certificate-authority-data": authority},
                }
            ],
            "users": [{"name": "test", "user": {"token": user}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        }
        path = self.folder / f"{user}.kubeconfig"
        path.write_text(json.dumps(config))
        return str(path)


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    folder = tmp_path_factory.mktemp("api-server")
    binary = go_build.build("kubernetes")
    client_port, peer_port, api_port = _free_ports(3)
    _write_credentials(binary, folder)
    commands = {
        "etcd": _etcd(folder, client_port, peer_port),
        "kube-apiserver": _kube_apiserver(folder, client_port, api_port),
    }
    with contextlib.ExitStack() as running:
        for name, arguments in commands.items():
            running.enter_context(process([str(binary), name, *arguments], folder / f"{name}.log"))
        server = ApiServer(f"https://127.0.0.1:{api_port}", folder)
        _wait_until_ready(server)
        yield server


@pytest.fixture
def kube(
    api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[KubeClient]:
    """A client of the administrator, with a discovery cache of its own."""
    monkeypatch.setenv("ALLUXIO_K8S_CACHE", str(tmp_path / "cache"))
    with connect(api_server.kubeconfig()) as client:
        yield client


@pytest.fixture
def namespace(kube: KubeClient) -> str:
    """A fresh namespace; the API server ends with the session, so nobody removes it."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


@pytest.fixture(scope="session")
def alluxio_image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the Java runtime, the jars and FUSE's library of the image alluxio."""
    root = tmp_path_factory.mktemp("image")
    fuse = catalogue.layer("alluxio", of="fuse")
    for spec in (java.runtime(), java.alluxio_jars(ROOT / "dev/images/alluxio"), fuse):
        oci.unpack_layer(layers.build(spec).path, root)
    yield root
    # 250 MB, which pytest would keep for three runs.
    shutil.rmtree(root)


def _write_credentials(binary: Path, folder: Path) -> None:
    requests = [
        {"Name": "authority", "CommonName": "authority"},
        {"Name": "service-accounts", "CommonName": "service-accounts"},
        {
            "Name": "server",
            "Authority": "authority",
            "CommonName": "kube-apiserver",
            "IPs": ["127.0.0.1"],
        },
    ]
    subprocess.run(
        [binary, "certificates", folder], input=json.dumps(requests), text=True, check=True
    )
    tokens = [f'{ADMIN},{ADMIN},1,"system:masters"', f"{NOBODY},{NOBODY},2"]
    (folder / "tokens.csv").write_text("\n".join(tokens) + "\n")


def _etcd(folder: Path, client_port: int, peer_port: int) -> list[str]:
    client, peer = f"http://127.0.0.1:{client_port}", f"http://127.0.0.1:{peer_port}"
    return [
        "--name=test",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=test={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _kube_apiserver(folder: Path, etcd_port: int, port: int) -> list[str]:
    key = folder / "service-accounts.key"
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={folder / 'server.crt'}",
        f"--tls-private-key-file={folder / 'server.key'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        # No controller makes the service accounts that this admission plugin waits for.
        "--allow-privileged=true",
        "--disable-admission-plugins=ServiceAccount",
    ]


@contextlib.contextmanager
def process(command: list[str], log: Path) -> Iterator[None]:
    """A server that runs while the block runs, with all that it prints in ``log``."""
    with open(log, "w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(server: ApiServer) -> None:
    context = ssl.create_default_context(cafile=str(server.folder / "authority.crt"))
    request = urllib.request.Request(
        f"{server.url}/readyz", headers={"Authorization": f"Bearer {ADMIN}"}
    )
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(request, context=context, timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    tail = (server.folder / "kube-apiserver.log").read_text()[-3000:]
    raise AssertionError(f"the API server was not ready after {START_TIMEOUT_S} s:\n{tail}")


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
