# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether kfp's own classes take packages:  python accept.py FILE...

Prints a JSON object, file -> what is wrong, empty when nothing is. Runs in kfp's own environment
(requirements/kfp.in). Kubeflow's API server reads packages by the same messages, as strictly; executors and
the platform's settings are untyped in there, and are read here by the messages that Kubeflow's driver reads them by.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.json_format import ParseDict
from kfp import components
from kfp.kubernetes import kubernetes_executor_config_pb2
from kfp.pipeline_spec import pipeline_spec_pb2


def what_is_wrong(package: Path) -> str:
    text = package.read_text()
    try:
        spec, platform = _parts(list(yaml.safe_load_all(text)))
        ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
        ParseDict(spec["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig())
        ParseDict(platform, pipeline_spec_pb2.PlatformSpec())
        kubernetes = (platform.get("platforms") or {}).get("kubernetes") or {}
        for config in (kubernetes.get("deploymentSpec") or {}).get("executors", {}).values():
            ParseDict(config, kubernetes_executor_config_pb2.KubernetesExecutorConfig())
        components.load_component_from_text(yaml.safe_dump_all([spec, platform]))
    # Each of kfp's classes has errors of its own, and any of them is the answer.
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _parts(documents: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pipeline and the platform's settings, of a package or of a PipelineVersion."""
    for one in documents:
        if one.get("kind") == "PipelineVersion":
            return one["spec"]["pipelineSpec"], one["spec"].get("platformSpec") or {}
    platforms = [one for one in documents if "platforms" in one]
    (spec,) = (one for one in documents if "platforms" not in one)
    return spec, platforms[0] if platforms else {}


if __name__ == "__main__":
    print(json.dumps({name: what_is_wrong(Path(name)) for name in sys.argv[1:]}))
