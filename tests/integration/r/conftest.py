# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A live Alluxio for the R package's tests, and what they find it by."""

from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/integration/alluxio"))

from live_alluxio import (  # noqa: E402
    MASTER_HOST,
    START_TIMEOUT_S,
    LiveAlluxio,
    Ports,
    free_ports,
    rpc_client,
    worker_host,
)

VICTIMS = ("victim-1", "victim-2")


@dataclass(frozen=True)
class ForR:
    """``environment`` is what r-package/tests/testthat/helper-live.R reads."""

    alluxio: LiveAlluxio
    proxy: str
    environment: dict[str, str]

    def forget_victims(self) -> None:
        """Once their tests have killed them, so that nobody takes them for servers that died by themselves."""
        for name in VICTIMS:
            self.alluxio.kill(name)


@pytest.fixture(scope="session")
def for_r(alluxio_image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForR]:
    """One master, two workers, a proxy, one without REST, and two that tests may kill."""
    ports = [Ports(*free_ports(3))]
    (proxy,) = free_ports(1)
    live = LiveAlluxio(alluxio_image, tmp_path_factory.mktemp("r"), ports, proxy, free_ports)
    try:
        live.start_master(0)
        live.start_worker(1)
        live.start_worker(2)
        live.start_proxy()
        off = live.start_proxy_without_rest()
        victims = {name: _url(live.start_spare_proxy(name)) for name in VICTIMS}
        hosts = {worker_host(1), worker_host(2)}
        live.wait_for("two live workers", lambda: live.live_hosts() == hosts, START_TIMEOUT_S)
        for url in (_url(proxy), _url(off), *victims.values()):
            live.wait_for(f"proxy {url}", lambda url=url: _listens(url), START_TIMEOUT_S)
        with rpc_client(live) as master:
            master.files.get_status("/")
        environment = {
            "ALLUXIOR_TEST_MASTER": f"{MASTER_HOST}:{ports[0].rpc}",
            "ALLUXIOR_TEST_PROXY": _url(proxy),
            "ALLUXIOR_TEST_PROXY_OFF": _url(off),
            "ALLUXIOR_TEST_USER": "root",
            "ALLUXIOR_TEST_VICTIMS": ";".join(
                f"{url} {live.servers[name].process.pid}" for name, url in victims.items()
            ),
        }
        yield ForR(live, _url(proxy), {**os.environ, **environment})
    finally:
        live.end()


def _url(port: int) -> str:
    return f"http://{MASTER_HOST}:{port}"


def _listens(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/v1/proxy/info", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
