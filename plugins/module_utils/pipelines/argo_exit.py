# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""An exit handler of Argo that marks a run as succeeded, by a file in the run's directory (docs/decisions/0156).

``workflow.status`` is known in exit handlers alone. Source: docs/walk-through/exit-handlers.md of Argo Workflows 3.7.
"""

from __future__ import annotations

from ..errors import InvalidValue
from .access import Fuse
from .edit import Node
from .settings import LABEL, VOLUME, Pipeline

_HANDLER, _MARK = "alluxio-on-exit", "alluxio-succeeded"
_SCRIPT = 'mkdir -p "$0" && : > "$0/_SUCCESS"'


def add(spec: Node, pipeline: Pipeline, run: str) -> None:
    """Adds the handler, if one is asked for. Raises InvalidValue when the document has one of its own."""
    access = pipeline.access
    if pipeline.success_image is None or not isinstance(access, Fuse):
        return
    if "onExit" in spec:
        remedy = "leave it out, and write the file _SUCCESS into the run's directory in your own exit handler"
        raise InvalidValue("mark_success", spec["onExit"], remedy)
    spec["onExit"] = _HANDLER
    when = "{{workflow.status}} == Succeeded"
    handler = {
        "name": _HANDLER,
        "steps": [[{"name": "succeeded", "template": _MARK, "when": when}]],
    }
    mark = {
        "name": _MARK,
        "metadata": {"labels": {LABEL: pipeline.name}},
        "container": {
            "image": pipeline.success_image,
            "command": ["sh", "-c", _SCRIPT, access.uri(pipeline.directory(run), "root")],
            "volumeMounts": [
                {
                    "name": VOLUME,
                    "mountPath": access.mount_path,
                    "mountPropagation": "HostToContainer",
                }
            ],
        },
        "volumes": [{"name": VOLUME, "persistentVolumeClaim": {"claimName": access.claim}}],
    }
    spec["templates"] += [handler, mark]


def remove(spec: Node) -> None:
    """Takes out what an earlier rendering has added."""
    if spec.get("onExit") == _HANDLER:
        del spec["onExit"]
        spec["templates"][:] = [
            one for one in spec["templates"] if one.get("name") not in (_HANDLER, _MARK)
        ]
