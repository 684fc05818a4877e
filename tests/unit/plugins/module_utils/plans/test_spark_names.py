# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of the objects of a SparkApplication."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_names
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings


def errors_of(
    name: object, *, scheduled: bool = False, namespace: object = "analytics"
) -> list[str]:
    findings = Findings()
    spark_names.check_names(name, namespace, scheduled, findings)
    return [error["field"] for error in findings.errors]


def test_the_longest_names_fit_into_a_service() -> None:
    longest = "a" * spark_names.LONGEST_SCHEDULE
    run = spark_names.run_name(longest, 99_999_999)
    assert errors_of(longest, scheduled=True) == errors_of(run) == []
    assert len(spark_names.driver_name(run, 10**9)) <= spark_names.LONGEST_SERVICE


@pytest.mark.parametrize(
    ("name", "scheduled"),
    [
        ("a" * 46, False),
        ("a" * 37, True),
        ("1a", False),
        ("A", False),
        ("a.b", False),
        (None, False),
    ],
)
def test_a_name_that_kubernetes_would_refuse_is_refused(name: object, scheduled: bool) -> None:
    assert errors_of(name, scheduled=scheduled) == ["metadata.name"]


def test_a_namespace_is_needed() -> None:
    assert errors_of("a", namespace=None) == ["metadata.namespace"]


def test_applications_never_share_names() -> None:
    pairs = [("x", 1), ("x", 11), ("x-1", 1), ("x-1", 11), ("x-1-driver", 1)]
    for name_of in (spark_names.driver_name, spark_names.conf_name):
        assert len({name_of(*pair) for pair in pairs}) == len(pairs)


def test_ids_tell_attempts_and_successors_apart() -> None:
    ids = {
        spark_names.application_id("ns", "app", attempt, salt)
        for attempt in (1, 2)
        for salt in ("uid-1", "uid-2")
    }
    assert len(ids) == 4
    # A label's value: at most 63 characters.
    assert all(len(found) <= 63 for found in ids)
