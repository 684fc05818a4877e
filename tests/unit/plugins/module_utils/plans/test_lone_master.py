# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How processes find the masters: by a list, or by name when there is one."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster import plan


@pytest.mark.parametrize(("replicas", "named"), [(1, True), (3, False)])
def test_a_lone_master_is_named(replicas: int, named: bool) -> None:
    spec = {
        "rootMount": {"uri": "s3://b/"},
        "masters": {"replicas": replicas},
        "workers": [{"name": "w", "tiers": [{"medium": "MEM", "quota": "1Gi"}]}],
    }
    planned = plan({"metadata": {"name": "c", "namespace": "n"}, "spec": spec}, {})
    assert planned["errors"] == []
    line = "alluxio.master.hostname=c-master-0.c-master.n.svc"
    for process in ("worker-w", "job-worker-w", "proxy"):
        text = planned["config"]["files"][f"{process}.required.properties"]
        assert (line in text.splitlines()) is named
