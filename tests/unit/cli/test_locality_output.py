# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What `locality` prints for Spark, as a heat map and as HTML."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from kubectl_alluxio.heatmap import as_html, grid, show_heat_map
from kubectl_alluxio.locality import percent, pod_template, spark_conf

GIB = 1024**3


def node(name: str, size: int, executors: int = 0, reason: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "bytes": size,
        "tiers": {"MEM": size},
        "weight": 1,
        "room": 3,
        "executors": executors,
        "reason": reason,
        "eligible": not reason,
    }


ANSWER: dict[str, Any] = {
    "paths": ["/a<script>"],
    "total_bytes": 10 * GIB,
    "cached_bytes": 9 * GIB,
    "executors": {"wanted": 2, "planned": 2, "unplaced": 0},
    "local_share": {
        "planned": 0.5,
        "default_scheduler": 0.3,
        "planned_with_task_locality": 0.8,
        "default_scheduler_with_task_locality": 0.4,
    },
    "nodes": [node("n1", 6 * GIB, 2), node("n2", 2 * GIB), node("n3", GIB, reason="cordoned")],
    "groups": [
        {"path": "/a/small", "total_bytes": GIB, "uncached_bytes": GIB, "nodes": {}},
        {
            "path": "/a/<b>",
            "total_bytes": 9 * GIB,
            "uncached_bytes": 0,
            "nodes": {"n1": 6 * GIB, "n2": 2 * GIB, "n3": GIB},
        },
    ],
    "labels": {"alluxio.io/placement": "abc"},
    "affinity": {"nodeAffinity": {}},
    "topology_spread_constraints": [{"maxSkew": 1}],
    "notes": ["node n3 holds 1Gi & gets none"],
}


def test_the_largest_paths_and_nodes_come_first_and_the_rest_shares_a_column() -> None:
    names, rows = grid(ANSWER, 1, 2)
    assert names == ["n1", "n2", "others"]
    assert rows == [("/a/<b>", 9 * GIB, [6 * GIB, 2 * GIB, GIB])]


def test_in_a_pipe_the_heat_map_is_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show_heat_map(ANSWER)
    assert capsys.readouterr().out.splitlines() == [
        "PATH       n1   n2   n3",
        "/a/<b>    67%  22%  11%",
        "/a/small    ·    ·    ·",
    ]


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone_and_names_are_text() -> None:
    page = Page()
    page.feed(as_html(ANSWER))
    assert not page.links
    assert page.tags.count("script") == 0
    assert "/a<script>" in page.text
    assert "/a/<b>" in page.text
    assert "node n3 holds 1Gi & gets none" in page.text
    assert "67%" in page.text
    assert "cordoned" in page.text


def test_a_pod_template_holds_what_was_asked_for_and_nothing_empty() -> None:
    tolerations = [{"key": "gpu", "operator": "Exists"}]
    pod = pod_template(ANSWER, tolerations, {})
    assert pod["kind"] == "Pod"
    assert pod["metadata"]["labels"] == {"alluxio.io/placement": "abc"}
    assert set(pod["spec"]) == {
        "affinity",
        "containers",
        "topologySpreadConstraints",
        "tolerations",
    }


def test_spark_gets_heap_and_overhead_that_add_up_to_the_request() -> None:
    text = spark_conf(ANSWER, {"cpu": "2500m", "memory": "22Gi"}, {"cpu": 2500, "memory": 22 * GIB})
    settings = dict(line.split(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert settings["spark.executor.instances"] == "2"
    assert settings["spark.kubernetes.executor.request.cores"] == "2500m"
    assert settings["spark.executor.cores"] == "2"
    heap = int(settings["spark.executor.memory"].removesuffix("m"))
    overhead = int(settings["spark.executor.memoryOverhead"].removesuffix("m"))
    assert (heap, overhead) == (20480, 2048)


def test_too_little_memory_for_spark_is_said() -> None:
    text = spark_conf(ANSWER, {"memory": "256Mi"}, {"memory": 256 << 20})
    assert "spark.executor.memory" not in text
    assert "too little" in text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 0, "-"), (0, 9, "0%"), (1, 1000, "<1%"), (2, 3, "67%")]
)
def test_shares_for_people(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text
