# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs of a pipeline as engines tell of them, and what is sent to an engine to begin one."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import InvalidValue

# Source: pkg/apis/workflow/v1alpha1/workflow_types.go of Argo Workflows 3.7.
_ARGO_ENDED = ("Succeeded", "Failed", "Error")
# Source: V2beta1RuntimeState of kfp-server-api 2.17.
_KUBEFLOW_ENDED = ("SUCCEEDED", "SKIPPED", "FAILED", "CANCELED")


@dataclass(frozen=True)
class Run:
    """``id`` finds it again at its engine; ``directory`` is what settings with ``run: auto`` call its directory.

    ``state`` is the engine's own word, empty before there is one.
    """

    id: str
    directory: str
    state: str
    message: str
    ended: bool
    succeeded: bool

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def run_of_workflow(workflow: Mapping[str, Any]) -> Run:
    """From the object as the API server has it."""
    metadata, status = workflow["metadata"], workflow.get("status") or {}
    phase = status.get("phase", "")
    return Run(
        id=metadata["name"],
        directory=metadata["uid"],
        state=phase,
        message=status.get("message", ""),
        ended=phase in _ARGO_ENDED,
        succeeded=phase == "Succeeded",
    )


def run_of_kubeflow(run: Mapping[str, Any]) -> Run:
    """From the answer of Kubeflow's API."""
    state = run.get("state", "")
    return Run(
        id=run["run_id"],
        directory=run["run_id"],
        state=state,
        message=(run.get("error") or {}).get("message", ""),
        ended=state in _KUBEFLOW_ENDED,
        succeeded=state == "SUCCEEDED",
    )


def workflow_to_create(
    documents: Sequence[Mapping[str, Any]],
    namespace: str,
    parameters: Mapping[str, Any],
    suffix: str,
) -> dict[str, Any]:
    """The one Workflow of ``documents``, with a name and its parameters.

    ``suffix`` ends the name where the document leaves that to the API server. Raises InvalidValue.
    """
    kinds = [one.get("kind") for one in documents]
    if kinds != ["Workflow"]:
        remedy = (
            "give one Workflow: bring a WorkflowTemplate or CronWorkflow to the cluster by alluxio.k8s.resources, and "
            "run it by a Workflow with workflowTemplateRef, or by its schedule"
        )
        raise InvalidValue("definition", kinds, remedy)
    workflow = copy.deepcopy(dict(documents[0]))
    metadata = dict(workflow.get("metadata") or {})
    if metadata.get("namespace", namespace) != namespace:
        remedy = f"leave metadata.namespace out, or give {metadata['namespace']} as namespace"
        raise InvalidValue("namespace", namespace, remedy)
    name = metadata.get("name") or f"{metadata.pop('generateName', 'workflow-')}{suffix}"
    workflow["metadata"] = {**metadata, "name": name, "namespace": namespace}
    if parameters:
        _set_parameters(workflow["spec"], parameters)
    return workflow


def _set_parameters(spec: dict[str, Any], parameters: Mapping[str, Any]) -> None:
    rows = (spec.get("arguments") or {}).get("parameters") or []
    known = {row["name"]: row for row in rows}
    for name, value in parameters.items():
        if name not in known:
            names = ", ".join(known) or "none"
            raise InvalidValue(f"parameters.{name}", value, f"parameters of this workflow: {names}")
        known[name].pop("valueFrom", None)
        # Argo knows text alone.
        known[name]["value"] = str(value)


def version_name(pipeline: str, text: str) -> str:
    """The same for the same package, so that it is uploaded once."""
    return f"{pipeline}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def kubeflow_run(
    pipeline: str, version: Mapping[str, Any], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The body that begins a run of an uploaded version. Source: V2beta1Run of kfp-server-api 2.17."""
    ids = {key: version[key] for key in ("pipeline_id", "pipeline_version_id")}
    return {
        "display_name": pipeline,
        "pipeline_version_reference": ids,
        "runtime_config": {"parameters": dict(parameters)},
    }
