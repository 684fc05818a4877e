# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a cluster changes on the machine around it, and how the last one that goes puts it back.

The kubelet and this tool set sysctls that no namespace covers, and some folders must exist to be
mounted over. Their state before the first cluster is kept in a file, so that it is put back also
after a kill -9.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from . import node
from .layout import clusters_folder
from .locks import exclusive
from .paths import write_whole

# A node's programs take 10 of these and a user may have 128: the third cluster would not come up.
RAISED = {"fs.inotify.max_user_instances": 8192}
SET_BY_KUBELET = (
    "vm.overcommit_memory",
    "vm.panic_on_oom",
    "kernel.panic",
    "kernel.panic_on_oops",
    "kernel.keys.root_maxkeys",
    "kernel.keys.root_maxbytes",
)


def prepare() -> None:
    """Record the state before the first cluster, whose folder must be there, and raise limits."""
    with _lock():
        if not _record().exists():
            record = {
                "sysctls": {name: _value(name) for name in (*SET_BY_KUBELET, *RAISED)},
                "missing_folders": [folder for folder in node.BOUND if not Path(folder).exists()],
            }
            write_whole(_record(), json.dumps(record, indent=1))
        for name, least in RAISED.items():
            if int(_value(name)) < least:
                _sysctl(name).write_text(str(least))


def restore() -> None:
    """Put the recorded state back, unless the folder of a cluster is still there."""
    with _lock():
        if _clusters() or not _record().exists():
            return
        record = json.loads(_record().read_text())
        for name, value in record["sysctls"].items():
            _sysctl(name).write_text(value)
        for folder in set(record["missing_folders"]) - _mounted_somewhere():
            with suppress(OSError):  # never more than an empty folder
                Path(folder).rmdir()
        _record().unlink()


def _mounted_somewhere() -> set[str]:
    """Mount points of all mount namespaces.

    Clusters of another ALLUXIO_K8S_CACHE have a record of their own. Their nodes mount over the same
    folders, and a folder that is removed takes the mounts on it along, in every namespace.
    """
    found = set()
    for table in Path("/proc").glob("[0-9]*/mountinfo"):
        with suppress(OSError):  # the process has ended
            found |= {line.split()[4] for line in table.read_text().splitlines()}
    return found


def _lock() -> AbstractContextManager[None]:
    return exclusive(clusters_folder() / ".host.lock", "another cluster comes or goes")


def _record() -> Path:
    return clusters_folder() / ".host.json"


def _clusters() -> list[Path]:
    return [path for path in clusters_folder().iterdir() if path.is_dir()]


def _value(name: str) -> str:
    return _sysctl(name).read_text().strip()


def _sysctl(name: str) -> Path:
    return Path("/proc/sys", name.replace(".", "/"))
