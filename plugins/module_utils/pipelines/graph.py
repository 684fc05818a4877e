# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the flow of data, whatever the engine: who writes, who reads, who cleans, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from ..errors import InvalidValue
from .access import S3
from .findings import Finding, Level
from .settings import AUTO, Persist, Pipeline, Stage
from .stages import Known


def check(pipeline: Pipeline, known: Mapping[str, Known]) -> list[Finding]:
    """All findings. Raises InvalidValue for a stage that the document does not have."""
    _check_stages(pipeline, known)
    cycle = list(_cycle(pipeline))
    return [
        *_writers(pipeline),
        *_readers(pipeline),
        *cycle,
        # In a cycle no order can be right; one finding says enough.
        *([] if cycle else _order(pipeline, known)),
        *_cleaning(pipeline, known),
        *_behaviour(pipeline, known),
        *_keeping(pipeline),
    ]


def _check_stages(pipeline: Pipeline, known: Mapping[str, Known]) -> None:
    for stage in pipeline.stages:
        if stage.name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise InvalidValue(
                f"{stage.field}.name", stage.name, f"stages of this document: {names}"
            )
        for name in stage.params:
            params = known[stage.name].params
            if name not in params:
                names = ", ".join(sorted(params)) or "none"
                remedy = f"parameters of this stage: {names}"
                raise InvalidValue(f"{stage.field}.params", name, remedy)


def _writers(pipeline: Pipeline) -> Iterator[Finding]:
    writers = [stage for stage in pipeline.stages if stage.output]
    for one, other in combinations(writers, 2):
        if _overlap(f"{one.output}/", f"{other.output}/"):
            yield Finding(
                Level.ERROR,
                "two-writers",
                f"{other.field}.output.path",
                f"{one.name} and {other.name} both write {other.output}",
                "give each stage a directory of its own",
            )


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _readers(pipeline: Pipeline) -> Iterator[Finding]:
    for stage in pipeline.stages:
        for given in stage.inputs:
            writer = pipeline.stage(given.stage)
            if given.stage and (writer is None or writer.output is None):
                yield Finding(
                    Level.ERROR,
                    "reads-nothing",
                    f"{given.field}.stage",
                    f"{stage.name} reads the output of {given.stage}, which writes none to Alluxio",
                    f"give {given.stage} an output in stages, or read a path",
                )
            elif given.path and _overlap(f"{given.path}/", f"{pipeline.root}/"):
                yield Finding(
                    Level.WARNING,
                    "reads-the-root",
                    f"{given.field}.path",
                    f"{stage.name} reads {given.path}, where runs of this pipeline write",
                    "name the stage that writes it, so that order and run are right",
                )


def _cycle(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for the first cycle of readers and writers."""
    reads = {s.name: [i.stage for i in s.inputs if i.stage] for s in pipeline.stages}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> tuple[str, ...]:
        if name in way:
            return (*way[way.index(name) :], name)
        if name in done:
            return ()
        for writer in reads.get(name, ()):
            if found := visit(writer, (*way, name)):
                return found
        done.add(name)
        return ()

    for stage in pipeline.stages:
        if found := visit(stage.name, ()):
            yield Finding(
                Level.ERROR,
                "cycle",
                f"{stage.field}.inputs",
                f"each of these stages reads what the next one writes: {' <- '.join(found)}",
                "take one of these inputs away",
            )
            return


def _order(pipeline: Pipeline, known: Mapping[str, Known]) -> Iterator[Finding]:
    for stage in pipeline.stages:
        for given in stage.inputs:
            if given.stage in known and not known[stage.name].runs_after(given.stage):
                yield Finding(
                    Level.ERROR,
                    "reads-too-early",
                    f"{given.field}.stage",
                    f"{stage.name} reads the output of {given.stage} and does not wait for it",
                    f"let {stage.name} depend on {given.stage} in the document",
                )


def _cleaning(pipeline: Pipeline, known: Mapping[str, Known]) -> Iterator[Finding]:
    for stage in pipeline.stages:
        for index, name in enumerate(stage.cleans):
            field = f"{stage.field}.cleans[{index}]"
            writer = pipeline.stage(name)
            if writer is None or writer.output is None:
                raise InvalidValue(field, name, "name a stage with an output")
            for reader in (writer, *_readers_of(pipeline, name)):
                if reader is not stage and not known[stage.name].runs_after(reader.name):
                    yield Finding(
                        Level.ERROR,
                        "cleans-too-early",
                        field,
                        f"{stage.name} removes the output of {name} and does not wait for {reader.name}",
                        f"let {stage.name} depend on {reader.name} in the document",
                    )


def _readers_of(pipeline: Pipeline, name: str) -> list[Stage]:
    return [s for s in pipeline.stages if any(given.stage == name for given in s.inputs)]


def _behaviour(pipeline: Pipeline, known: Mapping[str, Known]) -> Iterator[Finding]:
    for stage in pipeline.stages:
        engine = known[stage.name]
        if engine.reused:
            yield Finding(
                # Each run has a directory of its own, into which a stage that is passed over writes nothing.
                Level.ERROR if pipeline.run == AUTO else Level.WARNING,
                "result-reused",
                stage.field,
                f"{stage.name} is passed over when the engine remembers its result, which knows nothing of the data",
                "switch this stage's memory off in the document (argo: memoize; pachyderm: reprocessSpec every_job)",
            )
        if stage.output is None:
            continue
        if engine.copies:
            yield Finding(
                Level.WARNING,
                "several-writers",
                f"{stage.field}.output",
                f"several pods of {stage.name} write into one directory",
                "let each write files of names of its own",
            )
        # S3 replaces an object; a file of Alluxio is written once.
        if engine.retried and not isinstance(pipeline.access, S3):
            yield Finding(
                Level.WARNING,
                "retry-finds-files",
                f"{stage.field}.output",
                f"{stage.name} is tried again after a failure and finds the files of the try before",
                "let it empty its output first: files in Alluxio cannot be overwritten in place",
            )
        if engine.optional and _readers_of(pipeline, stage.name):
            yield Finding(
                Level.NOTE,
                "may-not-run",
                stage.field,
                f"{stage.name} runs on a condition, and its readers find nothing when it does not",
                "let readers run on the same condition",
            )


def _keeping(pipeline: Pipeline) -> Iterator[Finding]:
    if pipeline.run != AUTO:
        yield Finding(
            Level.NOTE if isinstance(pipeline.access, S3) else Level.WARNING,
            "same-directory",
            "run",
            f"all runs write the same directory {pipeline.directory(_fixed(pipeline))}",
            "let stages empty their output first, and never run two at once",
        )
    if pipeline.persist != Persist.SYNC:
        yield _cluster_wide(pipeline)
    for stage in pipeline.stages:
        if stage.output is None:
            continue
        if stage.persist == Persist.NONE:
            yield Finding(
                Level.WARNING,
                "not-persisted",
                f"{stage.field}.output.persist",
                f"the output of {stage.name} is in the cache alone: when workers are full or one is lost, it is lost "
                "without an error",
                "write sync unless it can be made again",
            )
        if stage.persist != pipeline.persist:
            yield _differing(pipeline, stage)


def _cluster_wide(pipeline: Pipeline) -> Finding:
    write_type = pipeline.persist.write_type
    message = (
        f"persist {pipeline.persist} is nothing that the engine's document can say, and an AlluxioCluster "
        "writes CACHE_THROUGH unless told otherwise"
    )
    remedy = f"write persist: {pipeline.persist} in an AlluxioPipeline, which gives {pipeline.root} this write type"
    if isinstance(pipeline.access, S3):
        remedy = (
            f"set alluxio.proxy.s3.writetype={write_type} in the AlluxioCluster's spec.properties"
        )
    return Finding(Level.NOTE, "write-type-is-set-elsewhere", "persist", message, remedy)


def _differing(pipeline: Pipeline, stage: Stage) -> Finding:
    """The write type belongs to the root, or to the proxy, that all stages share."""
    field = f"{stage.field}.output.persist"
    message = (
        f"{stage.name} wants persist {stage.persist} and the pipeline {pipeline.persist}, but "
        f"{'the proxy' if isinstance(pipeline.access, S3) else pipeline.root} has one write type for all files"
    )
    if isinstance(pipeline.access, S3):
        remedy = (
            "write the same persist everywhere, or render this stage with an endpoint of its own"
        )
        return Finding(Level.ERROR, "write-type-of-the-proxy", field, message, remedy)
    remedy = (
        "write the same persist everywhere, or make this stage a pipeline with a root of its own"
    )
    return Finding(Level.WARNING, "write-type-of-the-root", field, message, remedy)


def _fixed(pipeline: Pipeline) -> str:
    return "" if pipeline.run == "none" else pipeline.run
