# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How programs in a stage reach Alluxio, and how they name a path there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..errors import InvalidValue


@dataclass(frozen=True)
class Fuse:
    """A claim on Alluxio's file system (``spec.fuse.claims`` of an AlluxioCluster), mounted into the pods.

    ``folder`` is where Alluxio is in that volume, ``alluxio_path`` which of its directories is seen there.
    """

    claim: str
    mount_path: str
    folder: str
    alluxio_path: str

    mode = "fuse"

    def uri(self, path: str, field: str) -> str:
        """A path on the pod's file system. Raises InvalidValue for what the mount does not show."""
        below = self.alluxio_path.rstrip("/") + "/"
        if not path.startswith(below):
            remedy = f"name a path below {below}, which is all that the claim {self.claim} shows"
            raise InvalidValue(field, path, remedy)
        return "/".join(part for part in (self.mount_path, self.folder, path[len(below) :]) if part)


@dataclass(frozen=True)
class S3:
    """The proxy's S3. Alluxio 2.x takes the first directory of a path for the bucket."""

    endpoint: str
    region: str
    secret: str
    access_key: str
    secret_key: str

    mode = "s3"

    def uri(self, path: str, field: str) -> str:
        """``s3://first-directory/rest``."""
        if path.count("/") < 2:
            raise InvalidValue(
                field, path, "name at least two directories: the first is the bucket"
            )
        return f"s3:/{path}"

    @property
    def environment(self) -> dict[str, str]:
        """What the SDKs read that know AWS_ENDPOINT_URL; older ones know only the general variables."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_REGION": self.region,
        }

    @property
    def secret_environment(self) -> dict[str, str]:
        """Variable -> key of the Secret."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}


@dataclass(frozen=True)
class Native:
    """Alluxio's own client, as Hadoop's and Spark's file system: ``alluxio://authority/path``."""

    authority: str

    mode = "alluxio"

    def uri(self, path: str, field: str) -> str:
        del field
        return f"alluxio://{self.authority}{path}"


Access: TypeAlias = "Fuse | S3 | Native"
