# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an Alluxio, in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import (
    BlockMasterState,
    JournalMember,
    MasterState,
    Worker,
    WorkerAddress,
    WorkerState,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio_info import find_faults

STATE = MasterState("m0", 19998, 19999, "2.9.6", "id", False, 0, 1, (), ())
MEMBER = JournalMember("m0", 19200, True, True, 0)
WORKER = Worker(
    host="w0",
    address=WorkerAddress("w0", "", 29999, 30000),
    version="2.9.6",
    worker_id=1,
    state=WorkerState.LIVE,
    capacity_bytes=1,
    used_bytes=0,
    tiers={},
    last_contact_s=7,
    start_time_ms=0,
)
BLOCKS = BlockMasterState(1, 0, 1, {}, 1, 0, 0)


def test_a_healthy_one() -> None:
    assert list(find_faults(STATE, [MEMBER], [WORKER], BLOCKS)) == []
    assert list(find_faults(STATE, None, [WORKER], BLOCKS)) == []


@pytest.mark.parametrize("available", [False, None])
def test_a_member_that_is_not_available(available: bool | None) -> None:
    away = replace(MEMBER, host="m1", available=available, leader=False)
    (finding,) = find_faults(STATE, [MEMBER, away], [WORKER], BLOCKS)
    assert "m1:19200" in finding


def test_each_fault_is_a_sentence() -> None:
    found = list(
        find_faults(
            replace(STATE, safe_mode=True),
            [MEMBER, replace(MEMBER, priority=2)],
            [replace(WORKER, state=WorkerState.LOST), replace(WORKER, host="w1", version="2.9.3")],
            replace(BLOCKS, live_workers=0),
        )
    )
    words = ["safe mode", "priorities", "w0 is lost", "no live worker", "2.9.3, 2.9.6"]
    assert len(found) == len(words)
    assert all(word in finding for word, finding in zip(words, found, strict=True))
