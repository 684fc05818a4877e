# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A stage writes four times what its worker can hold: what is in the cache, in the UFS, or lost, by `persist`.

Writes docs/reference/overflow.md when all of it has run. Each case has an Alluxio of its own: what waits for its copy
keeps its room.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from live_alluxio import START_TIMEOUT_S, MakeAlluxio, rpc_client, worker_host
from live_pipeline import FUSE, MB, Storage

pytestmark = pytest.mark.wide

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/reference/overflow.md"
TIER_BYTES, STAGE_BYTES = 64 * MB, 256 * MB
# A client sends 16 MiB ahead of what the worker has taken: a smaller file meets an error when it is closed, if at all.
SHAPES = {"16 files": 16, "one file": 1}
# FUSE ends a file some time after the program has closed it, or never: when no other one is ended for so long.
QUIET_S = 20
TEXT = f"""
One worker with a tier of {TIER_BYTES // MB} MiB, and a stage that writes {STAGE_BYTES // MB} MiB through FUSE, as 16
files or as one, and goes on after an error; then a second stage reads. `async` is there twice: with a job service,
which persists meanwhile, and without one, as if it were down or lagged behind. `none` has not been run to its end:
after eight minutes the second stage still waited for files that were no longer there.

*Closed* are files whose writing and closing met no error, *complete* those of them that Alluxio had ended when nothing
had changed for {QUIET_S} s, *lost* those of the closed ones that cannot be read afterwards. Each line is one run.
"""


@dataclass(frozen=True)
class Case:
    """``job_service``: whether anyone persists what is written asynchronously; None where nobody is needed."""

    persist: str
    job_service: bool | None
    shape: str

    @property
    def files(self) -> int:
        return SHAPES[self.shape]

    def __str__(self) -> str:
        return "-".join(str(one) for one in (self.persist, self.job_service, self.files))


# Not `none`: its client tries for minutes to read a file that is no longer there.
KINDS = [("sync", None), ("async", True), ("async", False), ("through", None)]
CASES = [Case(*kind, shape) for kind in KINDS for shape in SHAPES]


@dataclass
class Seen:
    """What became of a case; the page says what the columns are."""

    closed: int = 0
    complete: int = 0
    cached_bytes: int = 0
    in_ufs: int = 0
    readable: int = 0
    write_errors: set[str] = field(default_factory=set)
    read_errors: set[str] = field(default_factory=set)

    @property
    def lost(self) -> int:
        return self.closed - self.readable


@pytest.fixture(scope="module")
def page() -> Iterator[dict[Case, Seen]]:
    """Case -> what became of it; written down when there are all of them."""
    found: dict[Case, Seen] = {}
    yield found
    if len(found) == len(CASES):
        PAGE.write_text(page_of(found))


@pytest.fixture
def storage(make_alluxio: MakeAlluxio, case: Case) -> Iterator[Storage]:
    live = make_alluxio(1)
    with contextlib.ExitStack() as running:
        running.callback(live.end)
        live.start_master(0)
        live.start_worker(1, tiers=[("MEM", TIER_BYTES)])
        live.wait_for("worker", lambda: live.live_hosts() == {worker_host(1)}, START_TIMEOUT_S)
        if case.job_service:
            live.start_job_service()
        mount = live.start_fuse("fuse", "/", FUSE)
        running.callback(live.stop_fuse, "fuse")
        masters = running.enter_context(rpc_client(live))
        yield Storage(live, masters, mount, "nightly")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_stage_writes_more_than_there_is_room_for(
    storage: Storage, page: dict[Case, Seen], case: Case
) -> None:
    storage.prepare(case.persist)
    seen = Seen()
    written = write_all(storage, case, seen)
    complete = wait_until_complete(storage, set(written))
    seen.closed, seen.complete = len(written), len(complete)
    seen.cached_bytes = sum(one.cached_bytes for one in storage.outputs())
    ufs = storage.in_ufs("run", "prep").parent
    seen.in_ufs = sum(digest(ufs / name) == sha256 for name, sha256 in written.items())
    seen.readable = read_all(storage, seen, written, complete)
    print(case, seen)
    check(case, seen)
    page[case] = seen


def write_all(storage: Storage, case: Case, seen: Seen) -> dict[str, str]:
    """A stage that goes on after an error; the checksum of each file without one."""
    folder = storage.seen("run", "prep")
    folder.mkdir(parents=True)
    written = {}
    for number in range(case.files):
        data = os.urandom(STAGE_BYTES // case.files)
        name = f"part-{number:02d}"
        try:
            (folder / name).write_bytes(data)
        except OSError as error:
            seen.write_errors.add(errno.errorcode[error.errno or 0])
        else:
            written[name] = hashlib.sha256(data).hexdigest()
    return written


def wait_until_complete(storage: Storage, names: set[str]) -> set[str]:
    """The names of the files that are complete, once nothing changes any more."""
    complete: set[str] = set()
    since = time.monotonic()
    while complete < names and time.monotonic() - since < QUIET_S:
        found = {one.path.rpartition("/")[2] for one in storage.outputs() if one.completed} & names
        if found != complete:
            complete, since = found, time.monotonic()
        time.sleep(0.2)
    return complete


def read_all(storage: Storage, seen: Seen, written: dict[str, str], complete: set[str]) -> int:
    """How many of the files the next stage reads as they were written."""
    # FUSE waits for a file that is not ended, for seconds at each call: one tells what becomes of all.
    unended = sorted(set(written) - complete)[:1]
    good = 0
    for name in [*sorted(complete), *unended]:
        try:
            found = digest(storage.seen("run", "prep", name))
        except OSError as error:
            seen.read_errors.add(errno.errorcode[error.errno or 0])
        else:
            assert found == written[name], "wrong bytes are worse than none"
            good += 1
    return good


def digest(file: Path) -> str | None:
    """None for a file that is not there. Raises OSError for one that cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def check(case: Case, seen: Seen) -> None:
    """What docs/how-to/pipelines.md promises."""
    assert seen.cached_bytes <= TIER_BYTES
    if case.persist in ("sync", "through"):
        assert (seen.closed, seen.complete, seen.in_ufs, seen.lost) == (*[case.files] * 3, 0)
        assert not seen.write_errors | seen.read_errors
    if case.persist == "async":
        assert seen.readable == seen.complete, "what Alluxio has ended is there"


def page_of(found: dict[Case, Seen]) -> str:
    head = [
        "<!-- Generated by tests/integration/alluxio/test_overflow.py (make test-all PART=integration-wide). "
        "Do not edit. -->",
        "# When a stage writes more than Alluxio can hold",
        TEXT,
        "| `persist` | as | closed | complete | in the cache | in the UFS | lost | the writer meets | the reader |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(line_of(case, found[case]) for case in CASES), ""])


def line_of(case: Case, seen: Seen) -> str:
    helped = {None: "", True: ", with a job service", False: ", without one"}[case.job_service]
    cells = [
        f"`{case.persist}`{helped}",
        case.shape,
        seen.closed,
        seen.complete,
        f"{seen.cached_bytes // MB} MiB",
        seen.in_ufs,
        seen.lost,
        listed(seen.write_errors),
        listed(seen.read_errors),
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def listed(errors: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(errors)) or "no error"
