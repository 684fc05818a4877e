# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The images that can be built: what each is made of and how it starts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from devcluster.locks import exclusive
from devcluster.paths import cache
from devcluster.progress import say

from . import debian, go_tool, java, layers, oci, operator_image, spark_image
from .files import Content, User, files
from .layers import LayerSpec

HERE = Path(__file__).resolve().parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TINI = ("/usr/bin/tini", "--")
# A folder that any user may write to, as long as the group is 0.
SHARED_BY_GROUP_0 = 0o775


@dataclass(frozen=True)
class Recipe:
    """The layers of an image, lowest first, and its configuration."""

    layers: tuple[LayerSpec, ...]
    config: oci.ImageConfig


@dataclass(frozen=True)
class Image:
    """An image by its short name and the reference under which nodes know it."""

    name: str
    reference: str
    recipe: Callable[[], Recipe]


def _alluxio() -> Recipe:
    base = debian.base()
    fuse = debian.packages("fuse", ("fuse3", "libfuse2", "libfuse3-3"))
    jre = java.runtime()
    jars = java.alluxio_jars(HERE / "alluxio")
    content = Content(
        user=User("alluxio", 1000, 1000, "/opt/alluxio"),
        copies={"": HERE / "alluxio/root"},
        folders={
            **{f"opt/alluxio/{name}": SHARED_BY_GROUP_0 for name in ("conf", "logs")},
            "metastore": SHARED_BY_GROUP_0,
            # open to all, as in the official image
            "journal": 0o777,
            "mnt/alluxio-fuse": 0o777,
        },
        links={},
        licences="/licenses/jars, /opt/jre/legal    of the jars and of the Java runtime\n",
    )
    config = oci.ImageConfig(
        user="1000",
        entrypoint=("/entrypoint.sh",),
        env={
            "PATH": f"/opt/alluxio/bin:/opt/jre/bin:{PATH}",
            "JAVA_HOME": "/opt/jre",
            "ALLUXIO_HOME": "/opt/alluxio",
            "MAX_IDLE_THREADS": "64",
        },
        workdir="/opt/alluxio",
    )
    own_files = files("alluxio-files", content, base)
    archive = java.class_archive(HERE / "alluxio/archive-classes.sh", (base, jre, jars, own_files))
    return Recipe((base, fuse, jre, jars, own_files, archive), config)


def _operator() -> Recipe:
    base, python = debian.base(), debian.python()
    packages = operator_image.python((base, python))
    binary = go_tool.binary("ansible-operator")
    content = Content(
        user=User("ansible", 1001, 0, "/opt/ansible"),
        copies={},
        folders={"opt/ansible": SHARED_BY_GROUP_0},
        links={"tini": "/usr/bin/tini"},
        licences="/licenses/go                     of the modules in ansible-operator\n"
        "/opt/ansible/venv/lib/python*/site-packages/*.dist-info    of the Python packages\n",
    )
    own_files = files("operator-files", content, base)
    collection = operator_image.collection((base, python, packages, own_files))
    config = oci.ImageConfig(
        user="1001",
        entrypoint=(
            *("/tini", "--", "/usr/local/bin/ansible-operator", "run"),
            "--watches-file=./watches.yaml",
        ),
        env={
            "PATH": f"/opt/ansible/venv/bin:{PATH}",
            "VIRTUAL_ENV": "/opt/ansible/venv",
            "HOME": "/opt/ansible",
            "USER_NAME": "ansible",
            "USER_UID": "1001",
        },
        workdir="/opt/ansible",
    )
    return Recipe((base, python, packages, binary, own_files, collection), config)


def _spark() -> Recipe:
    base, python, jre = debian.base(), debian.python(), java.runtime()
    # Hadoop's login wants a name for every user id.
    names = debian.packages("nss-wrapper", ("libnss-wrapper",))
    content = Content(
        user=User("spark", 185, 0, "/opt/spark/work-dir"),
        copies={"": HERE / "spark/root"},
        folders={"opt/spark/work-dir": SHARED_BY_GROUP_0},
        links={},
        licences="/opt/spark/licenses              of Spark and its jars\n"
        "/licenses/jars, /opt/jre/legal    of Alluxio's client and of the Java runtime\n",
    )
    config = oci.ImageConfig(
        user="185",
        entrypoint=("/opt/entrypoint.sh",),
        env={
            "PATH": f"/opt/spark/bin:/opt/jre/bin:{PATH}",
            "JAVA_HOME": "/opt/jre",
            "SPARK_HOME": "/opt/spark",
            "PYSPARK_PYTHON": "python3",
            "PYTHONPATH": spark_image.PYTHONPATH,
        },
        workdir="/opt/spark/work-dir",
    )
    own_files = files("spark-files", content, base)
    spark = spark_image.spark((base, python))
    client, locality = spark_image.alluxio_client(), spark_image.locality()
    return Recipe((base, python, names, jre, spark, client, own_files, locality), config)


def _s3() -> Recipe:
    base = debian.base()
    content = Content(
        user=User("s3", 1000, 0, "/data"),
        copies={"": HERE / "s3/root"},
        folders={"data": SHARED_BY_GROUP_0},
        links={},
        licences="/licenses/go                     of the modules in versitygw\n",
    )
    config = oci.ImageConfig(
        user="1000", entrypoint=(*TINI, "/entrypoint.sh"), env={"PATH": PATH}, workdir="/data"
    )
    return Recipe((base, go_tool.binary("versitygw"), files("s3-files", content, base)), config)


def _tools() -> Recipe:
    base = debian.base()
    content = Content(
        user=User("tools", 1000, 0, "/tmp"),
        copies={},
        folders={},
        links={
            f"usr/local/bin/{name}": "/bin/busybox" for name in ("nc", "nslookup", "vi", "wget")
        },
    )
    config = oci.ImageConfig(
        user="1000",
        entrypoint=TINI,
        command=("sleep", "infinity"),
        env={"PATH": PATH, "HOME": "/tmp"},
        workdir="/tmp",
    )
    own_files = files("tools-files", content, base)
    return Recipe(
        (base, debian.python(), debian.packages("busybox", ("busybox",)), own_files), config
    )


def _helm_operator() -> Recipe:
    """The peer of a benchmark; nothing else builds it."""
    base = debian.base()
    config = oci.ImageConfig(
        user="1000",
        entrypoint=(*TINI, "/usr/local/bin/helm-operator"),
        env={"PATH": PATH, "HOME": "/tmp"},
        workdir="/tmp",
    )
    return Recipe((base, go_tool.binary("helm-operator")), config)


def _argo() -> Recipe:
    """Argo's controller and executor, by which a wide test runs a workflow; nothing else builds it."""
    base = debian.base()
    # The container that the controller adds to each pod starts `argoexec`, found by PATH.
    config = oci.ImageConfig(
        user="8737",
        entrypoint=(*TINI, "/usr/local/bin/argo-controller"),
        env={"PATH": PATH, "HOME": "/tmp"},
        workdir="/tmp",
    )
    return Recipe((base, go_tool.binary("argo-controller"), go_tool.binary("argoexec")), config)


# Built where they are used alone: by a benchmark or a wide test.
ON_DEMAND = frozenset({"argo", "helm-operator"})
IMAGES = {
    image.name: image
    for image in (
        Image("alluxio", "registry.test/alluxio:2.9.6", _alluxio),
        Image("alluxio-operator", "registry.test/alluxio-operator:0.1.0", _operator),
        Image("alluxio-spark", "registry.test/alluxio-spark:0.1.0-spark4.3.0", _spark),
        Image("s3", "registry.test/s3:1", _s3),
        Image("tools", "registry.test/tools:1", _tools),
        Image("argo", "registry.test/argo:3.7.9", _argo),
        Image("helm-operator", "registry.test/helm-operator:1", _helm_operator),
    )
}


def build(name: str) -> Path:
    """The path of the image's archive, built first when the cache does not have it.

    Raises DevClusterError when a tool is missing or a step fails.
    """
    image = IMAGES[name]
    recipe = image.recipe()
    archive = cache() / "images" / f"{name}-{_key(image, recipe)}.tar"
    if not archive.exists():
        packed = [layers.build(spec) for spec in recipe.layers]
        with exclusive(archive.parent / ".lock", "another archive is being written"):
            oci.write_archive(archive, image.reference, packed, recipe.config)
            layers.forget_old(archive.parent, name)
        say(f"built image {image.reference}: {archive.stat().st_size / 1e6:.0f} MB")
    return archive


def layer(name: str, of: str) -> LayerSpec:
    """One layer of the image `name`, by its own name."""
    return next(spec for spec in IMAGES[name].recipe().layers if spec.name == of)


def _key(image: Image, recipe: Recipe) -> str:
    parts = [image.reference, asdict(recipe.config), [spec.key for spec in recipe.layers]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
