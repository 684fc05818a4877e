# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The variables of a stage: where it reads and writes, in the form that its programs take.

====================================  =================================================
``ALLUXIO_PIPELINE``                  the pipeline's name
``ALLUXIO_STAGE``                     the stage's name
``ALLUXIO_STAGE_INPUT``               its first input
``ALLUXIO_STAGE_INPUT_1``, ``_2``, …  all its inputs, in order
``ALLUXIO_STAGE_OUTPUT``              its output
====================================  =================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import InvalidValue
from .access import S3
from .settings import Input, Pipeline, Stage
from .stages import Wiring

_OURS = re.compile(
    r"ALLUXIO_(PIPELINE|STAGE|STAGE_OUTPUT|STAGE_INPUT(_\d+)?)\Z"
    r"|AWS_(ENDPOINT_URL|ENDPOINT_URL_S3|REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY)\Z"
)
_PLACE = re.compile(r"\{(output|input(?:_(\d+))?)\}")


def is_ours(variable: str) -> bool:
    """Whether a rendering sets this variable in some stage."""
    return bool(_OURS.match(variable))


def wirings(pipeline: Pipeline, run: str) -> list[Wiring]:
    """What each stage is to get. ``run`` is the engine's text for the run.

    Raises InvalidValue for a path that the access mode cannot name.
    """
    return [_wiring(pipeline, stage, run) for stage in pipeline.stages]


def output_path(pipeline: Pipeline, stage: Stage, run: str) -> str:
    """The Alluxio path that a stage writes."""
    return f"{pipeline.directory(run)}/{stage.output}"


def _wiring(pipeline: Pipeline, stage: Stage, run: str) -> Wiring:
    inputs = [_input(pipeline, given, run) for given in stage.inputs]
    output = _output(pipeline, stage, run)
    environment = {"ALLUXIO_PIPELINE": pipeline.name, "ALLUXIO_STAGE": stage.name}
    if inputs:
        environment["ALLUXIO_STAGE_INPUT"] = inputs[0]
    environment |= {f"ALLUXIO_STAGE_INPUT_{n}": uri for n, uri in enumerate(inputs, 1)}
    if output:
        environment["ALLUXIO_STAGE_OUTPUT"] = output
    if isinstance(pipeline.access, S3):
        environment |= pipeline.access.environment
    return Wiring(
        stage=stage,
        environment=environment,
        params=_params(stage, inputs, output),
        producers=tuple(given.stage for given in stage.inputs if given.stage),
    )


def _input(pipeline: Pipeline, given: Input, run: str) -> str:
    path = given.path
    if given.stage:
        # graph.py has refused a reader of nothing.
        writer = next(stage for stage in pipeline.stages if stage.name == given.stage)
        path = output_path(pipeline, writer, run)
    return pipeline.access.uri(path, given.field)


def _output(pipeline: Pipeline, stage: Stage, run: str) -> str:
    if stage.output is None:
        return ""
    return pipeline.access.uri(output_path(pipeline, stage, run), f"{stage.field}.output")


def _params(stage: Stage, inputs: list[str], output: str) -> Mapping[str, str]:
    places = {"output": output, "input": inputs[0] if inputs else ""}
    places |= {f"input_{n}": uri for n, uri in enumerate(inputs, 1)}

    def filled(name: str, text: str) -> str:
        for match in _PLACE.finditer(text):
            if not places.get(match[1]):
                remedy = f"the stage has {len(inputs)} inputs and {'an' if output else 'no'} output"
                raise InvalidValue(f"{stage.field}.params.{name}", text, remedy)
        return _PLACE.sub(lambda match: places[match[1]], text)

    return {name: filled(name, text) for name, text in stage.params.items()}
