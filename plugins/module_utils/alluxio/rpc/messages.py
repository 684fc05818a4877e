# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The messages of Alluxio, in a descriptor pool of their own.

The pool is private, because Alluxio's package names and file names would collide with those of any
other program that compiled its .proto files into this process (alluxio-py, for one).
"""

from __future__ import annotations

import base64
import importlib
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

from ...errors import MissingLibrary


@dataclass(frozen=True, slots=True)
class Method:
    """A call of a service: its path on the wire, the classes of what is sent and what is answered."""

    path: str
    request: Any
    response: Any

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def load(module: str, package: str) -> Any:
    """A module of a package that not every machine has. Raises MissingLibrary."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingLibrary(package, sys.executable, str(error)) from error


@cache
def method(service: str, name: str) -> Method:
    """By its full name, such as ``alluxio.grpc.file.FileSystemMasterClientService``, GetStatus."""
    found = _pool().FindServiceByName(service).methods_by_name[name]
    return Method(
        f"/{service}/{name}",
        message(found.input_type.full_name),
        message(found.output_type.full_name),
    )


@cache
def message(name: str) -> Any:
    """The class of the message of that full name."""
    factory = load("google.protobuf.message_factory", "protobuf")
    return factory.GetMessageClass(_pool().FindMessageTypeByName(name))


def label(value: Any, field: str) -> str:
    """The name of an enum field's value; UNKNOWN if it is not set.

    A value that a newer server invented also counts as not set (closed enums of proto2), and the
    field would read as its default.
    """
    if not value.HasField(field):
        return "UNKNOWN"
    enum = value.DESCRIPTOR.fields_by_name[field].enum_type
    return str(enum.values_by_number[getattr(value, field)].name)


@cache
def _pool() -> Any:
    from ._descriptors import FILES

    pool = load("google.protobuf.descriptor_pool", "protobuf").DescriptorPool()
    for content in FILES.values():
        pool.AddSerializedFile(base64.b64decode(content))
    return pool
