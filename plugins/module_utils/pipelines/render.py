# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From a document and settings to the document with Alluxio in it, or to what is wrong about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidValue
from .argo import Argo
from .documents import read_documents, write_documents
from .environment import output_path, wirings
from .findings import FailOn, Finding, refuse, worst_first
from .graph import check
from .kubeflow import Kubeflow
from .pachyderm import Pachyderm
from .settings import Pipeline, read_settings
from .stages import Document, Engine

ENGINE_OF: dict[str, Callable[[list[Document], Pipeline], Engine]] = {
    "argo": Argo,
    "kubeflow": Kubeflow,
    "pachyderm": Pachyderm,
}


@dataclass(frozen=True)
class Rendered:
    """The result; ``before`` and ``text`` are written alike, so that a diff shows what was added."""

    documents: list[Document]
    text: str
    before: str
    findings: list[Finding]
    stages: list[dict[str, Any]]

    @property
    def changed(self) -> bool:
        return self.text != self.before


def render(settings: Mapping[str, Any], definition: Any) -> Rendered:
    """Raises InvalidValue, and PipelineRefused when a finding is an error."""
    pipeline = read_settings(settings)
    documents, head = read_documents(definition, "definition")
    with _in_the_form_of(pipeline.engine):
        engine = _open(pipeline, documents)
        findings = _findings(pipeline, engine)
        refuse(findings, FailOn.ERROR)
        wired = engine.wire(wirings(pipeline, engine.run()))
    return Rendered(
        documents=wired,
        text=write_documents(wired, head),
        before=write_documents(documents, head),
        findings=findings,
        stages=_rows(pipeline, engine),
    )


def examine(
    settings: Mapping[str, Any], definition: Any
) -> tuple[list[Finding], list[dict[str, Any]]]:
    """All findings, the worst first, and a row for each stage. Raises InvalidValue."""
    pipeline = read_settings(settings)
    documents, _head = read_documents(definition, "definition")
    with _in_the_form_of(pipeline.engine):
        engine = _open(pipeline, documents)
        return _findings(pipeline, engine), _rows(pipeline, engine)


@contextmanager
def _in_the_form_of(engine: str) -> Iterator[None]:
    """Adapters take a document to be one that its engine takes. Where they stumble, it is not."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, StopIteration) as error:
        why = f"{type(error).__name__}: {error}"
        remedy = (
            f"let {engine}'s own tools look at it: something in it is missing or of another kind"
        )
        raise InvalidValue("definition", why, remedy) from error


def _open(pipeline: Pipeline, documents: list[Document]) -> Engine:
    return ENGINE_OF[pipeline.engine](documents, pipeline)


def _findings(pipeline: Pipeline, engine: Engine) -> list[Finding]:
    return worst_first([*check(pipeline, engine.known()), *engine.findings(pipeline)])


def _rows(pipeline: Pipeline, engine: Engine) -> list[dict[str, Any]]:
    """What the storage has to be for each stage, for people and for who prepares it."""
    return [
        {
            "name": stage.name,
            "inputs": [given.stage or given.path for given in stage.inputs],
            "output": output_path(pipeline, stage, engine.run()) if stage.output else None,
            "persist": str(stage.persist) if stage.output else None,
            "write_type": stage.persist.write_type if stage.output else None,
            "locality": str(stage.locality),
        }
        for stage in pipeline.stages
    ]
