# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The filter as Ansible calls it: with its own kinds of strings, never a template as a result."""

from __future__ import annotations

from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.filter.alluxio_cluster_status import FilterModule

CLUSTER = {"metadata": {"name": "demo", "namespace": "ns"}, "spec": {}}
ERROR = {"field": "spec.x", "value": "{{ 7*7 }}", "message": "is wrong", "remedy": ""}


def judge(cluster: Any, plan: Any, observed: Any, applied: Any) -> Any:
    return FilterModule().filters()["alluxio_cluster_status"](cluster, plan, observed, applied)


def test_what_a_user_wrote_is_never_a_template() -> None:
    report = judge(wrap_var(CLUSTER), {"errors": [wrap_var(ERROR)]}, None, {})
    assert report["failed"] == "the cluster could not be looked at"
    observed: dict[str, Any] = {"pods": [], "workloads": [], "claims": [], "shares": []}
    observed |= {"alluxio": None, "alluxio_error": "x"}
    report = judge(wrap_var(CLUSTER), {"errors": [wrap_var(ERROR)]}, observed, {})
    templar = Templar(DataLoader(), variables={"report": report})
    assert templar.template(report["failed"]) == "spec.x: {{ 7*7 }}: is wrong"
    assert templar.template(report["status"]["problems"]) == ["spec.x: {{ 7*7 }}: is wrong"]
