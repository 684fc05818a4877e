#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs the parts of tests/parts.toml, each within its budget, and fails on what a green run must not hide.

A part fails when its command fails, runs longer than its budget, runs no test, skips a test that parts.toml does not
list with a reason, or leaves behind a process, mount, network namespace, cgroup or sysctl that was not there before.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

import leaks

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "tests" / "output"


@dataclass(frozen=True)
class Part:
    """One command with a budget; `wide` parts belong to `make test-all` alone."""

    name: str
    command: list[str]
    budget_min: float
    wide: bool = False

    @property
    def is_pytest(self) -> bool:
        return self.command[0] == "pytest"


@dataclass
class Result:
    """What one part did: its counts, its time and why it failed."""

    part: Part
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)


def load(wide: bool, only: list[str]) -> tuple[list[Part], dict[str, str]]:
    """The chosen parts in their order, and the allowed skips with their reasons."""
    table = tomllib.loads((ROOT / "tests" / "parts.toml").read_text())
    parts = [Part(**row) for row in table["part"]]
    unknown = set(only) - {part.name for part in parts}
    if unknown:
        names = ", ".join(part.name for part in parts)
        sys.exit(f"PART={','.join(sorted(unknown))} is unknown: choose from {names}")
    if only:
        parts = [part for part in parts if part.name in only]
    elif not wide:
        parts = [part for part in parts if not part.wide]
    return parts, table.get("skips", {})


def run_command(part: Part, report: Path) -> tuple[int | None, float]:
    """Runs the part's command in a process group of its own; the return code is None when it ran over its budget."""
    command = list(part.command)
    if part.is_pytest:
        command = [sys.executable, "-m", *command, f"--junitxml={report}", "-p", "no:cacheprovider"]
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdin=subprocess.DEVNULL)
    try:
        return wait(process, part.budget_min * 60), time.monotonic() - start
    except subprocess.TimeoutExpired:
        # Ctrl-C first: pytest then runs the fixtures' clean-up.
        os.killpg(process.pid, signal.SIGINT)
        try:
            wait(process, 90)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return None, time.monotonic() - start
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        wait(process, 90)
        raise


def wait(process: subprocess.Popen[bytes], timeout_s: float) -> int:
    """Like Popen.wait; takes the exit status of adopted orphans too, so that who waits for their end sees it."""
    deadline = time.monotonic() + timeout_s
    while (code := process.poll()) is None:
        if time.monotonic() > deadline:
            raise subprocess.TimeoutExpired(process.args, timeout_s)
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended and ended.si_pid != process.pid:
            os.waitpid(ended.si_pid, 0)
        else:
            time.sleep(0.1)
    return code


def read_report(result: Result, report: Path, allowed: dict[str, str]) -> None:
    """Counts the tests of a JUnit report and notes the skips that nobody allowed."""
    if not report.exists():
        result.problems.append("pytest wrote no report")
        return
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skip = case.find("skipped")
        if skip is not None:
            result.skipped += 1
            if name not in allowed:
                result.problems.append(
                    f"skip without a listed reason: {name}: {skip.get('message')}"
                )
        elif case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        else:
            result.passed += 1
    if not result.passed + result.failed:
        result.problems.append("no test ran")


def run_part(part: Part, allowed: dict[str, str]) -> Result:
    print(f"\n=== {part.name} (budget {part.budget_min:g} min)", flush=True)
    result = Result(part)
    report = OUTPUT / f"{part.name}.xml"
    report.unlink(missing_ok=True)
    before = leaks.snapshot()
    code, result.seconds = run_command(part, report)
    if code is None:
        result.problems.append(f"ran over its budget of {part.budget_min:g} min and was ended")
    elif code != 0:
        result.problems.append(f"exit code {code}")
    if part.is_pytest:
        read_report(result, report, allowed)
    result.problems += [f"left behind: {item}" for item in leaks.lasting_difference(before)]
    return result


def print_summary(results: list[Result]) -> None:
    print(
        f"\n{'part':<20}{'passed':>8}{'failed':>8}{'skipped':>9}{'minutes':>9}{'budget':>8}  verdict"
    )
    for result in results:
        verdict = "ok" if not result.problems else "; ".join(result.problems)
        print(
            f"{result.part.name:<20}{result.passed:>8}{result.failed:>8}{result.skipped:>9}"
            f"{result.seconds / 60:>9.1f}{result.part.budget_min:>8g}  {verdict}"
        )
    print(
        f"{sum(r.passed for r in results)} passed, {sum(r.failed for r in results)} failed, "
        f"{sum(r.skipped for r in results)} skipped"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the project's tests in parts with budgets.")
    parser.add_argument("--wide", action="store_true", help="every part, not only the narrow ones")
    parser.add_argument("--part", default="", help="comma list of parts to run alone")
    parser.add_argument("--keep-going", action="store_true", help="go on after a part that failed")
    options = parser.parse_args()
    # A shell starts what runs in its background deaf to Ctrl-C, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    leaks.adopt_orphans()
    OUTPUT.mkdir(exist_ok=True)
    parts, allowed = load(options.wide, [name for name in options.part.split(",") if name])
    results: list[Result] = []
    for part in parts:
        results.append(run_part(part, allowed))
        if results[-1].problems and not options.keep_going:
            break
    print_summary(results)
    return 1 if any(result.problems for result in results) or len(results) < len(parts) else 0


if __name__ == "__main__":
    sys.exit(main())
