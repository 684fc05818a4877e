# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What Ansible is given is literal: arguments of a program may look like templates."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from kubectl_alluxio.role import literal_json


def test_strings_are_never_templates(tmp_path: Path) -> None:
    body = {
        "arguments": ["{{ 7 * 6 }}", "{% raw %}", "é\n\t\"'", "0", "true"],
        "suspend": False,
        "n": 3,
    }
    file = tmp_path / "variables.json"
    file.write_text(literal_json({"spark_application": body}))
    ask = ["-m", "ansible.builtin.debug", "-a", "var=spark_application", "-e", f"@{file}"]
    done = subprocess.run(
        ["ansible", "localhost", *ask], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.partition("=>")[2])["spark_application"] == body
