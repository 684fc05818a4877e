# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Every number of the protocol that we use is the one in the .proto files of Alluxio's own jar."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc._descriptors import FILES
from generate_descriptors import compiled
from google.protobuf import descriptor_pb2

Field = descriptor_pb2.FieldDescriptorProto
# Theirs is a message and ours its bytes, which look the same on the wire.
READ_AS_BYTES = {"alluxio.grpc.BlockInfo.locations"}


def described(files: list[Any]) -> dict[str, tuple[Any, ...]]:
    """Everything that two sides of a connection must agree upon, by its full name."""
    return {name: facts for file in files for name, facts in _of_file(file)}


def _of_file(file: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for enum in file.enum_type:
        yield from _of_enum(file.package, enum)
    for each in file.message_type:
        yield from _of_message(file.package, each)
    for service in file.service:
        for each in service.method:
            streams = (each.client_streaming, each.server_streaming)
            name = f"{file.package}.{service.name}/{each.name}"
            yield name, (each.input_type, each.output_type, *streams)


def _of_message(scope: str, each: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    name = f"{scope}.{each.name}"
    for field in each.field:
        yield f"{name}.{field.name}", (field.number, field.type, field.label, field.type_name)
    for enum in each.enum_type:
        yield from _of_enum(name, enum)
    for nested in each.nested_type:
        yield from _of_message(name, nested)


def _of_enum(scope: str, enum: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for value in enum.value:
        yield f"{scope}.{enum.name}={value.name}", (value.number,)


@pytest.fixture(scope="module")
def theirs(alluxio_image: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    (jar,) = alluxio_image.glob("opt/alluxio/lib/alluxio-core-transport-*.jar")
    folder = tmp_path_factory.mktemp("protos")
    with zipfile.ZipFile(jar) as archive:
        names = [name for name in archive.namelist() if name.endswith(".proto")]
        archive.extractall(folder, names)
    return described(list(compiled(folder, names).file))


def ours() -> dict[str, Any]:
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(content))
        for content in FILES.values()
    ]
    return described(files)


def test_every_number_is_theirs(theirs: dict[str, Any]) -> None:
    used = ours()
    assert len(used) > 250
    for name, facts in used.items():
        if name in READ_AS_BYTES:
            number, kind, label, _ = theirs[name]
            assert facts == (number, Field.TYPE_BYTES, label, "")
            assert kind == Field.TYPE_MESSAGE
        else:
            assert facts == theirs.get(name), name


def test_a_file_cannot_be_marked_persisted(theirs: dict[str, Any]) -> None:
    name = "alluxio.grpc.file.SetAttributePOptions.persisted"
    assert name in theirs
    assert name not in ours()
