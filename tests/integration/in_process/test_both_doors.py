# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Both doors of a module give the same result, on the ansible-core that runs these tests.

``in process`` is what a local connection gives; ``environment`` and another spelling of the
interpreter give the ordinary module. A fixture collection brings the module, so that nothing but
the machinery is under test.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
SECRET = "correct-horse-battery"
RAN_AS_MODULE = re.compile(r"Using module file \S+/probe\.py")
DOORS: dict[str, dict[str, Any]] = {
    "in process": {},
    "environment": {"environment": {"SOME": "thing"}},
    "interpreter": {
        "vars": {"ansible_python_interpreter": f"{BIN}/../bin/{Path(sys.executable).name}"}
    },
}
GOOD_ARGS = {
    "words": "a {{ 'b' }}",
    "count": "{{ 4 }}",
    "password": SECRET,
    "nested": {"token": "tok-" + SECRET, "name": "n"},
    "objects": [{"kind": "X", "n": 1.5, "on": True, "none": None}],
}
SECRET_OBJECT = {
    "kind": "Secret",
    "metadata": {"name": "the-name"},
    "stringData": {"a": SECRET},
    "data": {"b": SECRET},
}
FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "error": (
        {"fail": "error", "password": SECRET},
        "password: '********' is not valid: choose another",
    ),
    "defect": ({"fail": "defect", "password": SECRET}, "RuntimeError: cannot log in with ********"),
    "exclusive": ({"either": "a", "other": "b"}, "parameters are mutually exclusive: either|other"),
    "type": ({"count": SECRET, "password": SECRET}, "argument 'count' is of type"),
    "choice": ({"fail": "perhaps"}, "value of fail must be one of: error, defect, got: perhaps"),
    "unknown": ({"nonsense": 1}, "Unsupported parameters for (test.probe.probe) module: nonsense"),
    "unknown below": (
        {"nested": {"nonsense": 1}},
        "Unsupported parameters for (test.probe.probe) module: nested.nonsense",
    ),
    "object": ({"objects": [SECRET_OBJECT], "fail": "error"}, "choose another"),
}


@dataclass(frozen=True)
class Play:
    """What one real ansible-playbook at -vvv printed and registered, by the name of the task."""

    printed: str
    results: dict[str, dict[str, Any]]


def run_play(directory: Path, tasks: dict[str, dict[str, Any]], *options: str, **play: Any) -> Play:
    results_file = directory / "results.json"
    names = list(tasks)
    registered = {f"r{number}": name for number, name in enumerate(names)}
    steps = [
        {"name": name, "register": variable, "ignore_errors": True, **tasks[name]}
        for variable, name in registered.items()
    ]
    everything = "{{ [" + ", ".join(registered) + "] | to_json }}"
    steps.append({"ansible.builtin.debug": {"msg": "literally {{ r0.template | default('') }}"}})
    steps.append(
        {
            "ansible.builtin.copy": {"dest": str(results_file), "content": everything},
            "check_mode": False,
            "diff": False,
            "no_log": True,
        }
    )
    playbook = [
        {"hosts": "localhost", "connection": "local", "gather_facts": False, **play, "tasks": steps}
    ]
    (directory / "play.yml").write_text(json.dumps(playbook))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": f"{HERE / 'collections'}:{os.environ['PYTHONPATH']}",
        "ANSIBLE_DEPRECATION_WARNINGS": "true",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORCE_COLOR": "0",
    }
    command = [str(BIN / "ansible-playbook"), "-vvv", *options, str(directory / "play.yml")]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    printed = done.stdout + done.stderr
    assert results_file.exists(), printed
    return Play(printed, dict(zip(names, json.loads(results_file.read_text()), strict=True)))


@pytest.fixture(scope="module", params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def played(door: str, tmp_path_factory: pytest.TempPathFactory) -> Play:
    tasks = {"good": {"test.probe.probe": GOOD_ARGS}}
    tasks |= {name: {"test.probe.probe": args} for name, (args, _) in FAILURES.items()}
    return run_play(tmp_path_factory.mktemp("play"), tasks, **DOORS[door])


def test_the_door_is_the_one_meant(door: str, played: Play) -> None:
    assert bool(RAN_AS_MODULE.search(played.printed)) is (door != "in process")


def test_arguments_arrive_validated_and_plain(played: Play) -> None:
    result = played.results["good"]
    assert result["params"] == {
        "text": "a b",
        "words": "a b",
        "count": 4,
        "password": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
        "nested": {"token": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "name": "n"},
        "objects": [{"kind": "X", "n": 1.5, "on": True, "none": None}],
        "either": None,
        "other": None,
        "fail": None,
    }
    assert result["types"] == ["NoneType", "dict", "int", "list", "str"]
    assert result["changed"] is True
    assert (result["check_mode"], result["diff_mode"]) == (False, False)


def test_no_log_values_appear_nowhere(played: Play) -> None:
    assert SECRET not in played.printed
    assert SECRET not in json.dumps(played.results)


def test_warnings_and_deprecations_are_carried_through(played: Play) -> None:
    printed = " ".join(played.printed.split())
    assert "mind the gap" in printed
    assert "Alias 'words' is deprecated" in printed


def test_a_template_in_a_result_stays_literal(played: Play) -> None:
    assert "literally {{ 7 * 7 }}" in played.printed


@pytest.mark.parametrize("name", FAILURES)
def test_failures_say_the_same(name: str, played: Play) -> None:
    assert played.results[name]["failed"] is True
    assert FAILURES[name][1] in played.results[name]["msg"]


def test_a_secret_object_is_shown_by_name_only(played: Play) -> None:
    assert '"name": "the-name"' in played.printed


def test_check_mode_and_diff_reach_the_module(door: str, tmp_path: Path) -> None:
    play = run_play(
        tmp_path, {"checked": {"test.probe.probe": {}}}, "--check", "--diff", **DOORS[door]
    )
    assert (play.results["checked"]["check_mode"], play.results["checked"]["diff_mode"]) == (
        True,
        True,
    )


def test_module_defaults_and_async_are_honoured(tmp_path: Path) -> None:
    tasks = {
        "default": {"test.probe.probe": {}},
        "async": {"test.probe.probe": {"text": "slow"}, "async": 30, "poll": 1},
    }
    play = run_play(tmp_path, tasks, module_defaults={"test.probe.probe": {"text": "by default"}})
    assert play.results["default"]["params"]["text"] == "by default"
    assert play.results["async"]["params"]["text"] == "slow"
    assert RAN_AS_MODULE.search(play.printed)
