# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The Molecule scenarios, as a contributor runs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from workbench.cluster import ROOT, Cluster


@pytest.mark.parametrize("scenario", ["default", pytest.param("operator", marks=pytest.mark.wide)])
def test_scenario(cluster: Cluster, scenario: str, tmp_path: Path) -> None:
    # State of an earlier run that was killed would make Molecule skip the preparation.
    state = {"MOLECULE_EPHEMERAL_DIRECTORY": str(tmp_path), "ANSIBLE_NOCOLOR": "1"}
    environment = {**os.environ, **state, "KUBECONFIG": cluster.kubeconfig}
    done = subprocess.run(
        ["molecule", "test", "--scenario-name", scenario],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
