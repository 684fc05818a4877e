# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a user says about a pipeline, checked: names, paths, and how each stage's output is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..errors import InvalidValue
from .access import S3, Access, Fuse, Native
from .fields import Fields

ENGINES = ("argo", "kubeflow", "pachyderm")
AUTO, NO_RUN = "auto", "none"
# The placeholder of a pod's volume, and what marks it as ours.
VOLUME = "alluxio"
LABEL = "alluxio.io/pipeline"

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_SUBDOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z"
)
_RUN = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\Z")
# Engines and Kubernetes read `{{…}}` and `$(…)` as something else.
_NOT_IN_PATHS = re.compile(r"[\x00-\x1f\x7f{}$\\\"']")


class Persist(StrEnum):
    """How safe a stage's output must be; the write type says how Alluxio does it."""

    SYNC = "sync"
    ASYNC = "async"
    THROUGH = "through"
    NONE = "none"

    @property
    def write_type(self) -> str:
        """The value of ``alluxio.user.file.writetype.default`` in Alluxio 2.x."""
        return {
            Persist.SYNC: "CACHE_THROUGH",
            Persist.ASYNC: "ASYNC_THROUGH",
            Persist.THROUGH: "THROUGH",
            Persist.NONE: "MUST_CACHE",
        }[self]


class Locality(StrEnum):
    """Whether a stage runs where the stage ran that wrote its input."""

    OFF = "off"
    PREFERRED = "preferred"
    REQUIRED = "required"


@dataclass(frozen=True)
class Input:
    """Another stage's output, or an absolute path of Alluxio; exactly one is set."""

    field: str
    stage: str
    path: str


@dataclass(frozen=True)
class Stage:
    """``output`` is relative to the run's directory, None if the stage writes none.

    ``cleans`` names stages whose output this one removes.
    """

    field: str
    name: str
    inputs: tuple[Input, ...]
    output: str | None
    persist: Persist
    locality: Locality
    params: Mapping[str, str]
    cleans: tuple[str, ...]


@dataclass(frozen=True)
class Pipeline:
    """The whole of the settings, less the document.

    ``success_image`` runs `sh` in an exit handler that marks a run as succeeded; None for no handler.
    """

    name: str
    engine: str
    root: str
    run: str
    access: Access
    persist: Persist
    success_image: str | None
    stages: tuple[Stage, ...]

    def stage(self, name: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def directory(self, run: str) -> str:
        """Where a run writes. ``run`` is what the engine calls the run, empty for the same one always."""
        return f"{self.root}/{run}" if run else self.root


def read_settings(given: Mapping[str, Any]) -> Pipeline:
    """Raises InvalidValue, which names the field, for what cannot be."""
    fields = Fields(given, "")
    name = _matched(fields, "name", _LABEL, "use at most 63 lower-case letters, digits and dashes")
    engine = fields.choice("engine", ENGINES)
    persist = Persist(fields.choice("persist", tuple(Persist), Persist.SYNC))
    locality = _locality(fields, Locality.OFF)
    rows = fields.rows("stages")
    if not rows:
        raise InvalidValue("stages", [], "name at least one stage that reads or writes Alluxio")
    pipeline = Pipeline(
        name=name,
        engine=engine,
        root=_path(fields, "root", f"/pipelines/{name}"),
        run=_run(fields, engine),
        access=_access(fields.below("access"), engine),
        persist=persist,
        success_image=_success_image(fields, engine),
        stages=tuple(_stage(row, persist, locality) for row in rows),
    )
    fields.done()
    _check_names(pipeline)
    _check_mark(pipeline)
    return pipeline


def _run(fields: Fields, engine: str) -> str:
    # Pachyderm's workers outlive jobs: what their pods are given is the same in all.
    default = NO_RUN if engine == "pachyderm" else AUTO
    run = _matched(fields, "run", _RUN, "write auto, none or a name for the directory", default)
    if run == AUTO and engine == "pachyderm":
        remedy = (
            "write none or a fixed name: a Pachyderm worker serves many jobs with the same paths"
        )
        raise InvalidValue("run", run, remedy)
    return run


def _success_image(fields: Fields, engine: str) -> str | None:
    mark = fields.optional("mark_success")
    if mark is None:
        return None
    image = mark.text("image")
    mark.done()
    if engine != "argo":
        remedy = (
            "leave it out: only Argo's documents have exit handlers. Let the last stage write the file _SUCCESS, "
            "or say `kubectl alluxio pipeline clean --run`"
        )
        raise InvalidValue("mark_success", dict(mark.given), remedy)
    return image


def _check_mark(pipeline: Pipeline) -> None:
    if pipeline.success_image is None:
        return
    if not isinstance(pipeline.access, Fuse):
        remedy = "leave it out: the handler writes a file, which needs access.mode fuse"
        raise InvalidValue("mark_success", pipeline.success_image, remedy)
    if pipeline.run == NO_RUN:
        remedy = "leave it out, or give each run a directory: run auto"
        raise InvalidValue("mark_success", pipeline.success_image, remedy)


def _access(fields: Fields, engine: str) -> Access:
    mode = fields.choice("mode", ("fuse", "s3", "alluxio"), "fuse")
    access: Access
    if mode == "fuse":
        access = _fuse(fields, engine)
    elif mode == "s3":
        access = S3(
            endpoint=_matched(
                fields,
                "endpoint",
                re.compile(r"https?://\S+\Z"),
                "write http://HOST:PORT/api/v1/s3",
            ),
            region=fields.text("region", "us-east-1"),
            secret=_matched(fields, "secret", _SUBDOMAIN, "give the name of a Secret"),
            access_key=fields.text("access_key", "access-key"),
            secret_key=fields.text("secret_key", "secret-key"),
        )
    else:
        authority = re.compile(
            r"[A-Za-z0-9][-A-Za-z0-9.]*:\d+([,;][A-Za-z0-9][-A-Za-z0-9.]*:\d+)*\Z"
        )
        access = Native(
            _matched(fields, "authority", authority, "write HOST:19998, or several with commas")
        )
    fields.done()
    return access


def _fuse(fields: Fields, engine: str) -> Fuse:
    form, remedy = (
        _SUBDOMAIN,
        "give the name of a PersistentVolumeClaim in the pipeline's namespace",
    )
    if engine == "kubeflow":
        # Kubeflow names the pod's volume after the claim, and a volume's name has no dots.
        form, remedy = _LABEL, "Kubeflow takes claims of at most 63 characters without dots"
    return Fuse(
        claim=_matched(fields, "claim", form, remedy),
        mount_path=_path(fields, "mount_path", "/mnt/alluxio"),
        folder=fields.text("folder", "data").strip("/"),
        alluxio_path=_path(fields, "alluxio_path", "/"),
    )


def _stage(fields: Fields, persist: Persist, locality: Locality) -> Stage:
    name = fields.text("name")
    output = fields.optional("output")
    stage = Stage(
        field=fields.path,
        name=name,
        inputs=tuple(_input(row) for row in fields.rows("inputs")),
        output=_relative(output, "path", name) if output else None,
        persist=Persist(output.choice("persist", tuple(Persist), persist)) if output else persist,
        locality=_locality(fields, locality),
        params=fields.texts("params"),
        cleans=tuple(fields.words("cleans")),
    )
    if output:
        output.done()
    fields.done()
    return stage


def _input(fields: Fields) -> Input:
    stage = fields.text("stage", "")
    path = _path(fields, "path", "")
    if bool(stage) == bool(path):
        remedy = "name either the stage that writes it or an absolute path of Alluxio"
        raise InvalidValue(fields.path, dict(fields.given), remedy)
    fields.done()
    return Input(fields.path, stage, path)


def _locality(fields: Fields, default: Locality) -> Locality:
    # YAML 1.1 reads an unquoted off as false.
    if fields.given.get("locality") is False:
        fields.skip("locality")
        return Locality.OFF
    return Locality(fields.choice("locality", tuple(Locality), default))


def _path(fields: Fields, key: str, default: str) -> str:
    path = fields.text(key, default)
    if not path:
        return path
    parts = path.rstrip("/").split("/")[1:]
    if not path.startswith("/") or _bad_parts(path, parts):
        remedy = "write an absolute path without empty parts, dots, quotes, $ and braces"
        raise InvalidValue(fields.name(key), path, remedy)
    return "/" + "/".join(parts)


def _relative(fields: Fields, key: str, default: str) -> str:
    path = fields.text(key, default)
    if path.startswith("/") or _bad_parts(path, path.split("/")):
        remedy = "write a path relative to the run's directory, such as train or train/model"
        raise InvalidValue(fields.name(key), path, remedy)
    return path


def _bad_parts(path: str, parts: list[str]) -> bool:
    return bool(_NOT_IN_PATHS.search(path)) or any(part in ("", ".", "..") for part in parts)


def _matched(
    fields: Fields, key: str, form: re.Pattern[str], remedy: str, default: str | None = None
) -> str:
    text = fields.text(key, default)
    if not form.match(text):
        raise InvalidValue(fields.name(key), text, remedy)
    return text


def _check_names(pipeline: Pipeline) -> None:
    seen: set[str] = set()
    for stage in pipeline.stages:
        if stage.name in seen:
            raise InvalidValue(f"{stage.field}.name", stage.name, "name each stage once")
        seen.add(stage.name)
