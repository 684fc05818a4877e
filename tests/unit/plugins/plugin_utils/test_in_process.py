# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""When a module may run in process, and what reaches it there. Both doors in a real
ansible-playbook: tests/integration/in_process.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import (
    InProcessAction,
    is_own_interpreter,
    plain,
    run_here,
)


class Text(str):
    """A string of a type of its own, as ansible-core's wrappers are."""


class Number(int):
    """Likewise."""


class Vault:
    """What decrypts itself when it is asked for its text."""

    def __str__(self) -> str:
        return "decrypted"


def test_values_come_out_plain() -> None:
    given = {
        Text("k"): [Text("v"), Number(1), (2.5, None)],
        "b": True,
        "d": date(2026, 1, 2),
        "v": Vault(),
    }
    result = plain(given)
    assert result == {"k": ["v", 1, [2.5, None]], "b": True, "d": "2026-01-02", "v": "decrypted"}
    assert {key.__class__ for key in result} == {str}
    assert [value.__class__ for value in result["k"]] == [str, int, list]
    assert plain(datetime(2026, 1, 2, 3, 4)) == "2026-01-02T03:04:00"


def action(**changes: Any) -> InProcessAction:
    made = object.__new__(InProcessAction)
    made._connection = SimpleNamespace(
        transport=changes.get("transport", "local"), become=changes.get("plugin")
    )
    made._task = SimpleNamespace(
        become=changes.get("become", False),
        async_val=changes.get("async_val", 0),
        environment=changes.get("environment", [{}]),
    )
    made._templar = SimpleNamespace(template=lambda text: text)
    return made


@pytest.mark.parametrize(
    ("changes", "interpreter", "here"),
    [
        ({}, None, True),
        ({}, "auto", True),
        ({}, "auto_legacy_silent", True),
        ({}, sys.executable, True),
        ({}, "/usr/bin/other-python", False),
        ({"transport": "ssh"}, None, False),
        ({"become": True}, None, False),
        ({"plugin": object()}, None, False),
        ({"async_val": 10}, None, False),
        ({"environment": [{}, {"A": "b"}]}, None, False),
        ({"environment": None}, None, True),
    ],
)
def test_where_it_runs(changes: dict[str, Any], interpreter: str | None, here: bool) -> None:
    task_vars = {"ansible_python_interpreter": interpreter} if interpreter else {}
    assert action(**changes)._may_run_here(task_vars) is here


def test_another_name_of_the_same_interpreter_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "python3.99").touch()
    for name in ("python", "python3"):
        (tmp_path / name).symlink_to("python3.99")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "python").symlink_to(tmp_path / "python3.99")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert is_own_interpreter(str(tmp_path / "python3"))
    # Another folder is another environment, with other packages.
    assert not is_own_interpreter(str(tmp_path / "other" / "python"))


def test_a_no_log_value_never_swallows_what_ansible_reads() -> None:
    def run(params: dict[str, Any], *_modes: bool) -> dict[str, Any]:
        return {"changed": True, "said": f"it is {params['word']}", "deep": [params["word"]]}

    module = ModuleType("ansible_collections.a.b.plugins.modules.c")
    module.ARGUMENT_SPEC = {"word": {"type": "str", "no_log": True}}  # type: ignore[attr-defined]
    module.run = run  # type: ignore[attr-defined]
    result = run_here(module, {"word": "True"}, False, False)
    assert result["changed"] is True
    assert result["said"] == "it is ********"
    assert "True" not in str(result["deep"])
