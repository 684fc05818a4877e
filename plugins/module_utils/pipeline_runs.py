# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A pipeline's runs at its engine: one is begun, or looked at."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from .errors import InvalidValue
from .kube.api import KubeClient
from .kube.errors import NotFound, NotReachable, WaitTimeout
from .kubeflow_api import KubeflowApi, KubeflowUnreachable
from .pipelines.documents import read_documents, write_documents
from .pipelines.runs import Run, run_of_workflow, workflow_to_create

POLL_S = 5.0
_WORKFLOW = ("argoproj.io/v1alpha1", "Workflow")


def submit_workflow(
    client: KubeClient,
    definition: Any,
    namespace: str,
    parameters: Mapping[str, Any],
    dry_run: bool,
) -> Run:
    """Creates the Workflow, or asks the API server what it would say.

    Raises InvalidValue and the errors of kube/errors.py.
    """
    documents, _head = read_documents(definition, "definition")
    # As many letters as the API server appends to metadata.generateName.
    workflow = workflow_to_create(documents, namespace, parameters, secrets.token_hex(3)[:5])
    return run_of_workflow(client.create(workflow, dry_run=dry_run))


def look_at_workflow(client: KubeClient, name: str, namespace: str) -> Run:
    """Raises NotFound, and the other errors of kube/errors.py."""
    found = client.get(*_WORKFLOW, name, namespace)
    if found is None:
        raise NotFound(
            f"there is no Workflow {name} in namespace {namespace}",
            "somebody deleted it, or its ttlStrategy did: keep it longer than this waits",
        )
    return run_of_workflow(found)


def submit_package(
    api: KubeflowApi,
    definition: Any,
    name: str,
    namespace: str | None,
    parameters: Mapping[str, Any],
    experiment_id: str | None,
) -> Run:
    """Raises InvalidValue and the errors of kubeflow_api.py."""
    documents, _head = read_documents(definition, "definition")
    if any("kind" in one for one in documents):
        kinds = [one.get("kind") for one in documents]
        remedy = "give a package as kfp compiles it; Kubernetes' own form is applied, by alluxio.k8s.resources"
        raise InvalidValue("definition", kinds, remedy)
    return api.submit(name, namespace, write_documents(documents), parameters, experiment_id)


def wait_for_end(
    look: Callable[[], Run],
    timeout_s: float,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Run:
    """The run when it has ended. In the hours of a run its engine may be away for a while, which is no end.

    Raises WaitTimeout, and what ``look`` raises that will not pass.
    """
    deadline = clock() + timeout_s
    while True:
        try:
            run = look()
            lags = f"run {run.id} is {run.state or 'without a state'} {run.message}".rstrip()
        except (NotReachable, KubeflowUnreachable) as error:
            lags = error.message
        else:
            if run.ended:
                return run
        if clock() >= deadline:
            remedy = "ask again, or wait longer: nothing was cancelled"
            raise WaitTimeout(f"no end after {timeout_s:g} s: {lags}", remedy)
        pause(POLL_S)
