# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a standing Spark service survives: each of its processes killed, its token replaced."""

from __future__ import annotations

import urllib.request

import pytest
from spark_service_space import NAME, QUERIES
from workbench.cluster import wait_for
from workbench.spark_service import SparkService

pytestmark = pytest.mark.wide


@pytest.mark.parametrize("component", ["master", "worker"])
def test_what_runs_goes_on_without_it(service: SparkService, component: str) -> None:
    before = service.application()
    with service.started(QUERIES, "on", "15") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("query 0 1000")
        killed = service.kill(component)
        out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err[-4000:]
    assert "query 14 1000" in out
    service.wait_for_successor(component, killed)
    assert service.application() == before


def test_a_new_master_knows_who_was_there(service: SparkService) -> None:
    service.wait_for_successor("master", service.kill("master"))

    def known() -> bool:
        page = service.page("master", 8080, "/json/")
        alive = [worker for worker in page["workers"] if worker["state"] == "ALIVE"]
        return page["status"] == "ALIVE" and len(alive) == 3 and bool(page["activeapps"])

    wait_for("the master knows three workers and the Connect server", known, 120, 2)


def test_a_connect_server_that_is_killed_comes_back(service: SparkService) -> None:
    before = service.application()
    service.wait_for_successor("connect", service.kill("connect"))
    assert "sums" in service.run(QUERIES, "many")
    assert service.application() != before


def test_a_history_server_that_is_killed_comes_back(service: SparkService) -> None:
    service.wait_for_successor("history", service.kill("history"))
    assert isinstance(service.page("history", 18080, "/api/v1/applications"), list)


@pytest.mark.parametrize(
    ("verb", "pages"), [("ui", ["master", "connect"]), ("history", ["history"])]
)
def test_a_terminal_leads_to_the_pages(service: SparkService, verb: str, pages: list[str]) -> None:
    with service.verb(verb, NAME) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in pages]
        assert [words[0] for words in said] == pages
        for _, url in said:
            with urllib.request.urlopen(url, timeout=60) as answer:
                assert "Spark" in answer.read().decode()


def test_a_token_is_replaced_by_deleting_it(service: SparkService) -> None:
    secret = ("-n", service.space, "secret", f"{NAME}-spark-connect")
    before = service.cluster.get(*secret)["data"]
    (old,) = service.pods("connect")
    service.cluster.kubectl("-n", service.space, "delete", "secret", secret[-1])
    service.wait_for_successor("connect", old["metadata"]["uid"])
    assert service.cluster.get(*secret)["data"] != before
    assert "sums" in service.run(QUERIES, "many")
