# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""In which Alluxio the uploaded files of an application are, as its spec tells."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application import plan
from spark_samples import observed, resource

UPLOADED = "alluxio:///.spark-uploads/analytics/report/12ab/app.py"


@pytest.mark.parametrize(
    "spec",
    [
        {"mainFile": UPLOADED},
        {"dependencies": {"pyFiles": [UPLOADED]}},
        {"sparkConf": {"spark.files": f"https://example.com/a,{UPLOADED}#b"}},
        # They go also when something else about the spec is wrong.
        {"mainFile": UPLOADED, "type": "Cobol"},
    ],
)
def test_uploaded_files_are_found_by_the_spec(spec: dict[str, Any]) -> None:
    found = plan(resource(**spec), observed())["uploads"]
    assert found == {"cluster": "cache", "cluster_namespace": "analytics"}


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"mainFile": UPLOADED.replace("/report/", "/report-2/")},
        {"mainFile": UPLOADED.replace("/analytics/", "/others/")},
        {"mainFile": UPLOADED, "alluxioCluster": None},
    ],
)
def test_files_of_others_are_not_its_uploads(spec: dict[str, Any]) -> None:
    assert plan(resource(**spec), observed())["uploads"] is None


def test_a_name_that_leads_elsewhere_is_no_folder() -> None:
    given = resource(mainFile="alluxio:///.spark-uploads/analytics/../x/app.py")
    given["metadata"]["name"] = ".."
    assert plan(given, observed())["uploads"] is None
