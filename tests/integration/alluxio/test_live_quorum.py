# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Three masters: the leader is found, hands over, is killed; the calls go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

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
from live_alluxio import MASTER_HOST, START_TIMEOUT_S, LiveAlluxio, MakeAlluxio, rpc_client


@pytest.fixture(scope="module")
def three(make_alluxio: MakeAlluxio) -> LiveAlluxio:
    alluxio = make_alluxio(3)
    for number in range(3):
        alluxio.start_master(number)
    return alluxio


@pytest.fixture
def master(three: LiveAlluxio) -> Iterator[MasterRpc]:
    with rpc_client(three) as client:
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
    # A new leader is in safe mode until its workers had time to register (5 s).
    three.wait_for("end of safe mode", lambda: not master.meta.get_state().safe_mode, 30)


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


def test_a_backup(three: LiveAlluxio, master: MasterRpc) -> None:
    folder = three.folder / "backups"
    begun = master.meta.start_backup(str(folder), local=True)
    assert begun.backup_id

    def state() -> str:
        return master.meta.get_backup(begun.backup_id).state

    three.wait_for("end of the backup", lambda: state() in ("Completed", "Failed"), 60)
    backup = master.meta.get_backup(begun.backup_id)
    assert (backup.state, backup.error) == ("Completed", "")
    assert Path(urlsplit(backup.uri).path).stat().st_size > 0
    assert backup.entries > 0


def test_a_backup_that_fails_says_why(three: LiveAlluxio, master: MasterRpc) -> None:
    (three.folder / "no-folder").write_text("a file stands here")
    begun = master.meta.start_backup(str(three.folder / "no-folder"), local=True)

    def failed() -> bool:
        return master.meta.get_backup(begun.backup_id).state == "Failed"

    three.wait_for("failure", failed, 60)
    assert "no-folder" in master.meta.get_backup(begun.backup_id).error


def test_configuration(three: LiveAlluxio, master: MasterRpc) -> None:
    configuration = master.meta.get_configuration()
    journal = configuration["alluxio.master.embedded.journal.addresses"]
    assert str(three.masters[0].journal) in journal.value
    assert "SITE_PROPERTY" in journal.source
    key = "alluxio.master.worker.timeout"
    # Dynamic updates are off unless alluxio.conf.dynamic.update.enabled says otherwise.
    assert master.meta.update_configuration({key: "1min"}) == {key: False}


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


@pytest.mark.wide
def test_a_master_in_safe_mode_is_waited_for(make_alluxio: MakeAlluxio) -> None:
    alluxio = make_alluxio(1)
    alluxio.safe_mode_s = 10
    alluxio.start_master(0)
    alluxio.start_worker(1)
    with rpc_client(alluxio) as master:
        assert master.meta.get_state().safe_mode
        with pytest.raises(ServerUnreachable, match="safe mode"):
            master.blocks.get_workers(deadline_s=1)
        assert master.blocks.get_workers()
        assert not master.meta.get_state().safe_mode
