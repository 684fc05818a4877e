# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a package by kfp's local runner and prints what the pipeline returns:  python run.py PACKAGE FOLDER

Runs in kfp's own environment. FOLDER is for kfp's files.
"""

from __future__ import annotations

import sys

from kfp import components, local

package, folder = sys.argv[1:]
local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=folder, raise_on_error=True)
print(f"returned {components.load_component_from_file(package)().output}")
