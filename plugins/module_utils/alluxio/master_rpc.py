# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The masters' gRPC services (port 19998) in one client.

    with MasterRpc([Endpoint("demo-masters-0.demo-masters", RPC_PORT)], Login("root")) as master:
        print(master.meta.get_state().version)

Open it in the process that uses it, after any fork, and close it there (rpc/__init__.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from .endpoint import Endpoint, Road, direct
from .rpc.blocks import BlockMaster
from .rpc.channel import Login
from .rpc.files import FileSystem
from .rpc.journal import JournalMaster
from .rpc.masters import Masters
from .rpc.meta import MetaMaster

RPC_PORT = 19998


class MasterRpc:
    """``files``, ``blocks``, ``meta`` and ``journal`` of whichever master leads.

    See ``Masters`` for the arguments.
    """

    def __init__(
        self,
        addresses: Sequence[Endpoint],
        login: Login | None,
        *,
        road: Road = direct,
        deadline_s: float = 30.0,
        leader_s: float = 20.0,
    ) -> None:
        self.masters = Masters(
            addresses, login, road=road, deadline_s=deadline_s, leader_s=leader_s
        )
        self.files = FileSystem(self.masters)
        self.blocks = BlockMaster(self.masters)
        self.meta = MetaMaster(self.masters)
        self.journal = JournalMaster(self.masters)

    def __enter__(self) -> MasterRpc:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self.masters.close()
