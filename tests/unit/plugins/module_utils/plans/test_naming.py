# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Names: as long as Kubernetes allows and no longer, and never those of another cluster."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import naming
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings


def errors(name: Any, namespace: Any = "ns", pools: tuple[str, ...] = ("a",)) -> list[str]:
    findings = Findings()
    naming.check_names(name, namespace, [{"name": pool} for pool in pools], findings)
    return [error["field"] for error in findings.errors]


def test_the_longest_names_make_labels_of_63_characters() -> None:
    revision = "-0123456789"
    assert len("n" * naming.LONGEST_NAME + "-master" + revision) == 63
    assert len("n" * naming.LONGEST_NAME_AND_POOL + "-worker-" + revision) == 63


@pytest.mark.parametrize(
    ("name", "pool", "fields"),
    [
        ("n" * 43, "p", []),
        ("n" * 44, "p", ["spec.workers[0].name"]),
        ("n" * 4, "p" * 40, []),
        ("n" * 5, "p" * 40, ["spec.workers[0].name"]),
        ("n" * 46, "p", ["metadata.name"]),
    ],
)
def test_lengths(name: str, pool: str, fields: list[str]) -> None:
    assert errors(name, pools=(pool,)) == fields


@pytest.mark.parametrize("name", ["", "A", "1a", "a.b", "a_b", "-a", "a-", "a\n", None, 5])
def test_a_name_must_do_for_a_service(name: Any) -> None:
    assert errors(name) == ["metadata.name"]


@pytest.mark.parametrize("namespace", ["", "A", "a.b", None, "n" * 64])
def test_a_namespace_must_be_one(namespace: Any) -> None:
    assert errors("a", namespace) == ["metadata.namespace"]


def test_no_two_clusters_share_a_stateful_set() -> None:
    words = ["x", "y", "worker", "master"]
    names = [
        "-".join(parts) for count in (1, 2, 3) for parts in itertools.product(words, repeat=count)
    ]
    owners: dict[str, tuple[str, str]] = {}
    for name, pool in itertools.product(names, names):
        if not errors(name, pools=(pool,)):
            assert owners.setdefault(f"{name}-worker-{pool}", (name, pool)) == (name, pool)
    assert len(owners) > 1000


def test_a_version_becomes_a_label_whatever_its_length() -> None:
    assert naming.label_value("2.9.6-" + "x" * 60 + ".") == "2.9.6-" + "x" * 57
    assert naming.label_value("2.9." + "-" * 60) == "2.9"


def test_selectors_have_nothing_that_changes() -> None:
    assert set(naming.selector("n", "worker", "p")) == {
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/component",
        "alluxio.io/pool",
    }
