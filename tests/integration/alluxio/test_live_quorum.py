# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Three masters: the leader is found, hands over, is killed; the calls go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    NotServed,
    ServerUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import (
    Login,
    MasterRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import JournalMember
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.channel import Channel
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import method
from live_alluxio import MASTER_HOST, START_TIMEOUT_S, LiveAlluxio, MakeAlluxio


@pytest.fixture(scope="module")
def three(make_alluxio: MakeAlluxio) -> LiveAlluxio:
    alluxio = make_alluxio(3)
    for number in range(3):
        alluxio.start_master(number)
    return alluxio


@pytest.fixture
def master(three: LiveAlluxio) -> Iterator[MasterRpc]:
    addresses = [Endpoint(MASTER_HOST, ports.rpc) for ports in three.masters]
    with MasterRpc(
        addresses, Login("root"), deadline_s=START_TIMEOUT_S, leader_s=START_TIMEOUT_S
    ) as client:
        yield client


def leader_of(master: MasterRpc) -> JournalMember:
    (leader,) = (member for member in master.journal.get_quorum() if member.leader)
    return leader


def test_the_quorum(three: LiveAlluxio, master: MasterRpc) -> None:
    leader = master.masters.find_leader()
    number = [ports.rpc for ports in three.masters].index(leader.port)
    three.wait_for(
        "quorum", lambda: all(member.available for member in master.journal.get_quorum()), 30
    )
    quorum = master.journal.get_quorum()
    assert {(m.host, m.port) for m in quorum} == {
        (MASTER_HOST, ports.journal) for ports in three.masters
    }
    assert leader_of(master).port == three.masters[number].journal
    three.wait_for("three masters", lambda: len(master.meta.get_state().masters) == 3, 30)
    state = master.meta.get_state()
    assert (state.host, state.rpc_port, state.web_port) == (
        MASTER_HOST,
        leader.port,
        three.masters[number].web,
    )
    assert sorted(one.state for one in state.masters) == ["PRIMARY", "STANDBY", "STANDBY"]
    assert state.version == "2.9.6"
    assert not state.safe_mode


def test_a_standby_says_so(three: LiveAlluxio, master: MasterRpc) -> None:
    leader = master.masters.find_leader()
    standby = next(port for port in (p.rpc for p in three.masters) if port != leader.port)
    address = Endpoint(MASTER_HOST, standby)
    with (
        MasterRpc([address], Login("root"), leader_s=0) as alone,
        pytest.raises(ServerUnreachable, match="standby"),
    ):
        alone.meta.get_state()
    asked = method("alluxio.grpc.meta.MetaMasterClientService", "GetMasterInfo")
    with Channel(address, Login("root")) as channel, pytest.raises(NotServed):
        channel.call(asked, {}, 10)


def test_the_lead_is_handed_over(three: LiveAlluxio, master: MasterRpc) -> None:
    before = leader_of(master)
    chosen = next(m for m in master.journal.get_quorum() if m.port != before.port)
    transfer = master.journal.transfer_leadership(chosen)
    assert transfer
    three.wait_for("new leader", lambda: leader_of(master).port == chosen.port, START_TIMEOUT_S)
    priorities = {member.port: member.priority for member in master.journal.get_quorum()}
    assert priorities[chosen.port] == max(priorities.values()) > priorities[before.port]
    assert master.journal.get_transfer_message(transfer) == ""
    master.journal.reset_priorities()
    assert len({member.priority for member in master.journal.get_quorum()}) == 1


def test_calls_go_on_when_the_leader_is_killed(three: LiveAlluxio, master: MasterRpc) -> None:
    leader = master.masters.find_leader()
    number = [ports.rpc for ports in three.masters].index(leader.port)
    three.kill(f"master-{number}")
    state = master.meta.get_state()
    assert state.rpc_port != leader.port
    gone = three.masters[number].journal
    three.wait_for(
        "missing member",
        lambda: [m.port for m in master.journal.get_quorum() if m.available is False] == [gone],
        30,
    )
