# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The worked examples of docs/how-to/pipelines.md are what the core makes of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_definition import settings_of
from pipeline_samples import checks, rendered

PAGE = Path(__file__).resolve().parents[5] / "docs/how-to/pipelines.md"
*BLOCKS, PLAYBOOK = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
# Settings, document, result.
EXAMPLES = {
    yaml.safe_load(BLOCKS[n])["engine"]: BLOCKS[n : n + 3] for n in range(0, len(BLOCKS), 3)
}


def given(engine: str) -> dict[str, Any]:
    return settings_of(yaml.safe_load(EXAMPLES[engine][0]))


def test_there_is_one_for_each_engine() -> None:
    assert set(EXAMPLES) == {"argo", "kubeflow", "pachyderm"}


@pytest.mark.parametrize("engine", EXAMPLES)
def test_an_example_gives_what_the_page_shows(engine: str) -> None:
    _settings, document, result = EXAMPLES[engine]
    assert rendered(given(engine), document).text == result


@pytest.mark.parametrize("engine", EXAMPLES)
def test_an_example_has_no_findings_but_what_the_page_says(engine: str) -> None:
    said = {
        "argo": [],
        "kubeflow": [("note", "mount-without-propagation")],
        "pachyderm": [("warning", "same-directory")],
    }
    assert checks(given(engine), EXAMPLES[engine][1]) == said[engine]


def test_the_playbooks_example_fits_the_document_of_argo() -> None:
    pipeline = yaml.safe_load(PLAYBOOK)["pipeline"]
    assert checks(settings_of(pipeline), EXAMPLES["argo"][1]) == []
