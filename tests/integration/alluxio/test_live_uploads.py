# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What was uploaded for an application goes with it, and nothing else does."""

from __future__ import annotations

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_uploads import remove_folder


def test_the_uploads_of_one_application_go(master: MasterRpc, data: FileData) -> None:
    for path in ("team/report/12ab/x.py", "team/report/34cd/x.py", "team/report-2/12ab/x.py"):
        data.write(f"/.spark-uploads/{path}", [b"print(1)"])
    assert remove_folder(master.files, "report", "team", dry_run=True)
    assert master.files.exists("/.spark-uploads/team/report/34cd/x.py")
    assert remove_folder(master.files, "report", "team", dry_run=False)
    assert not master.files.exists("/.spark-uploads/team/report")
    assert master.files.exists("/.spark-uploads/team/report-2/12ab/x.py")
    assert not remove_folder(master.files, "report", "team", dry_run=False)
