# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The Molecule scenarios, as a contributor runs them."""

from __future__ import annotations

import os
import subprocess

import pytest
from workbench.cluster import ROOT, Cluster


@pytest.mark.parametrize("scenario", ["default", pytest.param("operator", marks=pytest.mark.wide)])
def test_scenario(cluster: Cluster, scenario: str) -> None:
    environment = {**os.environ, "KUBECONFIG": cluster.kubeconfig, "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(
        ["molecule", "test", "--scenario-name", scenario],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
