#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module path_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: path_info
short_description: Ask an Alluxio where the bytes of paths are cached
version_added: 0.1.0
description:
  - For each path its status, the sums over all files below, bytes by worker and by tier, what is not cached, what
    is lost, and on request the blocks of each file with their places.
  - The listing is streamed and added up; only the files that are asked for are kept.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.alluxio
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: It changes nothing.
  diff_mode:
    support: none
    description: It changes nothing.
options:
  paths:
    description: Absolute paths of Alluxio, files or directories, each with all that is below.
    type: list
    elements: str
    required: true
  load:
    description:
      - What the look may cost the UFS.
      - V(never) asks only what Alluxio knows. V(once) lists directories that were never loaded, V(always) lists
        the UFS anew.
    type: str
    choices: [never, once, always]
    default: never
  max_files:
    description: How many files of a directory are told one by one, with their blocks.
    type: int
    default: 0
  query:
    description: A JMESPath expression that narrows RV(paths).
    type: str
seealso:
  - module: alluxio.k8s.alluxio_info
  - name: JMESPath
    description: The query language.
    link: https://jmespath.org/
"""

EXAMPLES = r"""
- name: How much of the sales is cached, and where?
  alluxio.k8s.path_info:
    cluster: demo
    namespace: analytics
    paths: [/sales/2026]
  register: sales

- name: Show the bytes by worker
  ansible.builtin.debug:
    msg: "{{ sales.paths[0].usage.workers }}"

- name: Which files are not wholly in memory?
  alluxio.k8s.path_info:
    masters: [master-0.example.com:19998]
    paths: [/sales/2026]
    max_files: 1000
    query: "[0].files[?in_memory_percent < `100`].path"
"""

RETURN = r"""
paths:
  description: A row for each of O(paths), in their order, or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The path.
      type: str
    exists:
      description: Whether there is such a path. If not, it is all that is told.
      type: bool
    status:
      description:
        - The file or directory itself, with C(path), C(file_id), C(folder), C(completed), C(length_bytes),
          C(children) (of a directory), C(block_size_bytes), C(persisted), C(persistence_state), C(pinned),
          C(pinned_media), C(owner), C(group), C(mode) (a number), C(ttl_ms) (V(-1) for none), C(ttl_action),
          C(replication_min), C(replication_max), C(created_ms), C(modified_ms), C(accessed_ms), C(mount_point),
          C(mount_id), C(ufs_path), C(ufs_fingerprint), C(in_alluxio_percent) and C(in_memory_percent).
        - A file has C(blocks), each with C(block_id), C(offset), C(length_bytes) and C(locations), which have
          C(host), C(tier) and C(medium).
      type: dict
    usage:
      description: Sums over all files below.
      type: dict
      contains:
        files:
          description: Number of files.
          type: int
        directories:
          description: Number of directories below.
          type: int
        blocks:
          description: Number of blocks.
          type: int
        total_bytes:
          description: Size of all files.
          type: int
        cached_bytes:
          description: Bytes of which at least one live worker has a copy.
          type: int
        uncached_bytes:
          description: The rest, which will be read from the UFS.
          type: int
        lost_bytes:
          description: The part of the rest that is in no UFS either.
          type: int
        not_persisted_bytes:
          description: Bytes of files that are not in the UFS, or not yet.
          type: int
        incomplete_files:
          description: Files that are being written, or were never ended.
          type: int
        workers:
          description: C(host), C(bytes) and bytes by tier (C(tiers)) of each worker that holds any, most first.
          type: list
          elements: dict
        tiers:
          description: Bytes by tier. A block with two copies counts at both.
          type: dict
    files:
      description:
        - The first O(max_files) files below a directory, in the form of RV(paths[].status) with blocks.
        - The UFS path is empty here, as to find it would cost a look-up a file.
      type: list
      elements: dict
    truncated:
      description: Whether there are more files than RV(paths[].files) has.
      type: bool
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import Load
from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    ALLUXIO_CONSTRAINTS,
    ALLUXIO_OPTIONS,
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.module_access import open_named
from ansible_collections.alluxio.k8s.plugins.module_utils.path_info import get_path_info
from ansible_collections.alluxio.k8s.plugins.module_utils.query import Query

ARGUMENT_SPEC: dict[str, Any] = {
    "paths": {"type": "list", "elements": "str", "required": True},
    "load": {"type": "str", "choices": ["never", "once", "always"], "default": "never"},
    "max_files": {"type": "int", "default": 0},
    "query": {"type": "str"},
    **ALLUXIO_OPTIONS,
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS = ALLUXIO_CONSTRAINTS


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One look; the same in check mode."""
    del check_mode, diff
    query = Query(params["query"])
    if params["max_files"] < 0:
        raise InvalidValue("max_files", params["max_files"], "give 0 or more")
    load = Load(params["load"].upper())
    with open_named(params) as access:
        files = access.master.files
        rows = [get_path_info(files, path, load, params["max_files"]) for path in params["paths"]]
    return {"paths": query.apply(rows)}


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
