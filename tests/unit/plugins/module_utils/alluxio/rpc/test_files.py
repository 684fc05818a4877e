# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is asked of the namespace, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    PathNotFound,
    ServerFailed,
    UnexpectedAnswer,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import (
    Login,
    MasterRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.decode import Decoder
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import (
    FileSystem,
    Load,
    TtlAction,
    WriteType,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import (
    message,
    method,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from fake_alluxio import FakeAlluxio
from google.protobuf.message import Message

SERVICE = "alluxio.grpc.file.FileSystemMasterClientService"
NOT_STREAMED = (
    *("GetStatus", "ListStatusPartial", "CreateDirectory", "CreateFile", "CompleteFile", "Remove"),
    *("Rename", "Free", "SetAttribute", "ScheduleAsyncPersistence", "Mount", "UpdateMount"),
    "Unmount",
)
BIG = 2**62 + 1


@pytest.fixture
def sent(server: FakeAlluxio) -> list[Any]:
    """The requests that arrived; each is answered with what fits all."""
    requests: list[Any] = []

    def take(name: str) -> Callable[[bytes, Any], Any]:
        asked = method(SERVICE, name)

        def answer(request: bytes, _context: grpc.ServicerContext) -> Any:
            requests.append(asked.request.FromString(request))
            fields = asked.response.DESCRIPTOR.fields_by_name
            content = {"fileInfo": {"path": "/a"}} if "fileInfo" in fields else {}
            return asked.response(**content).SerializeToString()

        return answer

    for name in NOT_STREAMED:
        server.unary[method(SERVICE, name).path] = take(name)
    listing = take("ListStatus")
    server.streams[method(SERVICE, "ListStatus").path] = lambda *call: iter([listing(*call)])
    return requests


@pytest.fixture
def files(server: FakeAlluxio) -> Iterator[FileSystem]:
    with MasterRpc([server.endpoint], Login("root"), deadline_s=10) as master:
        yield master.files


def location(host: str, tier: str = "MEM") -> bytes:
    return bytes(
        message("alluxio.grpc.BlockLocation")(
            workerId=BIG,
            workerAddress={"host": host, "containerHost": "10.0.0.9", "rpcPort": 1, "webPort": 2},
            tierAlias=tier,
            mediumType=tier,
        ).SerializeToString()
    )


def info(path: str = "/a", **fields: Any) -> Any:
    return message("alluxio.grpc.file.FileInfo")(path=path, **fields)


CALLS = {
    "get_status": lambda files: files.get_status("/a", load=Load.ALWAYS),
    "list_status": lambda files: list(files.list_status("/a", load=Load.ONCE)),
    "pages": lambda files: list(files.list_status("/a", load=Load.ONCE, page_files=5)),
    "create_directory": lambda files: files.create_directory("/a"),
    "create_file": lambda files: files.create_file(
        "/a", block_size_bytes=1, write_type=WriteType.THROUGH
    ),
    "complete_file": lambda files: files.complete_file("/a"),
    "delete": lambda files: files.delete("/a"),
    "rename": lambda files: files.rename("/a", "/b"),
    "free": lambda files: files.free("/a"),
    "pin": lambda files: files.set_attributes("/a", pinned=True, mode=0o640),
    "schedule_persistence": lambda files: files.schedule_persistence("/a"),
    "mount": lambda files: files.mount("/a", "s3://b/"),
    "update_mount": lambda files: files.update_mount("/a"),
    "unmount": lambda files: files.unmount("/a"),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_call_gives_files_a_time_to_live(files: FileSystem, sent: list[Any], name: str) -> None:
    CALLS[name](files)
    assert sent
    for common in (found for request in sent for found in common_options(request)):
        assert (common.ttl, common.HasField("ttl")) == (-1, True)
        assert common.ttlAction == 1


def common_options(request: Any) -> Iterator[Any]:
    for field, value in request.ListFields():
        if field.message_type and field.message_type.name == "FileSystemMasterCommonPOptions":
            yield value
        elif isinstance(value, Message):
            yield from common_options(value)


def test_a_time_to_live_goes_with_its_action(files: FileSystem, sent: list[Any]) -> None:
    files.set_attributes("/a", ttl_ms=5)
    files.set_attributes("/a", ttl_ms=5, ttl_action=TtlAction.DELETE)
    common = [request.options.commonOptions for request in sent]
    assert [(one.ttl, one.ttlAction, one.HasField("ttlAction")) for one in common] == [
        (5, 1, True),
        (5, 0, True),
    ]
    with pytest.raises(InvalidValue, match="ttl_ms"):
        files.set_attributes("/a", ttl_action=TtlAction.DELETE)
    assert len(sent) == 2


def test_only_what_is_named_is_changed(files: FileSystem, sent: list[Any]) -> None:
    files.set_attributes("/a", pinned=False)
    assert {field.name for field, _value in sent[0].options.ListFields()} == {
        "pinned",
        "recursive",
    }


@pytest.mark.parametrize(
    ("mode", "bits"), [(0o644, (7, 5, 5)), (0, (1, 1, 1)), (0o777, (8, 8, 8)), (0o421, (5, 3, 2))]
)
def test_modes(files: FileSystem, sent: list[Any], mode: int, bits: tuple[int, ...]) -> None:
    files.create_directory("/a", mode=mode)
    asked = sent[0].options.mode
    assert (asked.ownerBits, asked.groupBits, asked.otherBits) == bits


@pytest.mark.parametrize("mode", [-1, 0o1000])
def test_a_mode_that_is_none(files: FileSystem, sent: list[Any], mode: int) -> None:
    with pytest.raises(InvalidValue, match="mode"):
        files.create_directory("/a", mode=mode)
    assert not sent


@pytest.mark.parametrize("path", ["", "a", "alluxio://m:1/a", "/\udce9"])
def test_paths_that_are_none(files: FileSystem, sent: list[Any], path: str) -> None:
    with pytest.raises(InvalidValue, match="path"):
        files.get_status(path)
    with pytest.raises(InvalidValue, match="target"):
        files.rename("/a", path)
    assert not sent


def test_each_operation_has_an_id_of_its_own(files: FileSystem, sent: list[Any]) -> None:
    for _number in range(50):
        files.delete("/a")
    ids = [request.options.commonOptions.operationId for request in sent]
    halves = {(one.mostSignificantBits, one.leastSignificantBits) for one in ids}
    assert len(halves) == 50
    assert any(half < 0 for pair in halves for half in pair)


def test_secrets_are_in_no_error(server: FakeAlluxio, files: FileSystem) -> None:
    def quote(request: bytes, context: grpc.ServicerContext) -> bytes:
        properties = method(SERVICE, "Mount").request.FromString(request).options.properties
        context.abort(grpc.StatusCode.UNKNOWN, f"cannot mount with {dict(properties)}")
        return b""

    server.unary[method(SERVICE, "Mount").path] = quote
    secrets = {"s3a.accessKeyId": "AKIA123", "s3a.secretKey": "AKIA123+more", "v": "1"}
    with pytest.raises(ServerFailed) as caught:
        files.mount("/m", "s3://b/", properties=secrets)
    assert "AKIA" not in str(caught.value) + repr(caught.value.details)
    assert "s3a.secretKey" in str(caught.value)


def test_pages_go_on_after_the_last_path(server: FakeAlluxio, files: FileSystem) -> None:
    paths = [f"/d/{number:02}" for number in range(7)]
    asked = method(SERVICE, "ListStatusPartial")
    starts = []

    def page(request: bytes, _context: grpc.ServicerContext) -> Any:
        options = asked.request.FromString(request).options
        starts.append(options.startAfter)
        left = [path for path in paths if path > options.startAfter]
        return asked.response(
            fileInfos=[{"path": path} for path in left[: options.batchSize]],
            isTruncated=len(left) > options.batchSize,
        ).SerializeToString()

    server.unary[asked.path] = page
    assert [one.path for one in files.list_status("/d", page_files=3)] == paths
    assert starts == ["", "/d/02", "/d/05"]


def test_exists(server: FakeAlluxio, files: FileSystem, sent: list[Any]) -> None:
    assert files.exists("/a")
    assert sent

    def missing(_request: bytes, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode.NOT_FOUND, "Path does not exist")

    server.unary[method(SERVICE, "GetStatus").path] = missing
    assert not files.exists("/a")
    with pytest.raises(PathNotFound):
        files.get_status("/a")


def test_a_status_is_read_exactly() -> None:
    status = Decoder("test").file(
        info(
            "/a/ü",
            fileId=BIG,
            length=15,
            blockSizeBytes=10,
            completed=True,
            persisted=True,
            persistenceState="PERSISTED",
            mode=0o640,
            ttl=-1,
            ttlAction="FREE",
            mountId=-BIG,
            blockIds=[BIG, BIG + 1],
            mediumType=["MEM"],
            fileBlockInfos=[
                {
                    "offset": 0,
                    "blockInfo": {
                        "blockId": BIG,
                        "length": 10,
                        "locations": [location("w1"), location("w2", "SSD")],
                    },
                },
                {
                    "offset": 10,
                    "blockInfo": {"blockId": BIG + 1, "length": 5},
                    "ufsStringLocations": ["u1:8020"],
                },
            ],
        )
    )
    assert (status.path, status.file_id, status.mount_id) == ("/a/ü", BIG, -BIG)
    assert status.block_ids == (BIG, BIG + 1)
    assert (status.ttl_action, status.pinned_media) == ("FREE", ("MEM",))
    first, second = status.blocks
    assert [(one.worker.host, one.tier) for one in first.locations] == [
        ("w1", "MEM"),
        ("w2", "SSD"),
    ]
    assert first.locations[0].worker.reachable_host == "10.0.0.9"
    assert first.locations[0].worker_id == BIG
    assert (second.offset, second.locations, second.ufs_hosts) == (10, (), ("u1:8020",))
    assert status.cached_bytes == 10


def test_a_location_is_decoded_once() -> None:
    decoder = Decoder("test")
    blocks = [
        decoder.file(
            info(fileBlockInfos=[{"blockInfo": {"blockId": n, "locations": [location("w")]}}])
        ).blocks[0]
        for n in range(3)
    ]
    assert len({id(block.locations[0]) for block in blocks}) == 1


def test_a_directory_has_children_and_no_bytes() -> None:
    status = Decoder("test").file(info(folder=True, length=7))
    assert (status.length_bytes, status.children, status.blocks) == (0, 7, ())


def test_an_unknown_action_is_no_delete() -> None:
    # Field 22 with a value that 2.9 does not have; the field's default is DELETE.
    newer = message("alluxio.grpc.file.FileInfo").FromString(
        info().SerializeToString() + b"\xb0\x01\x09"
    )
    assert Decoder("test").file(newer).ttl_action == "UNKNOWN"


@pytest.mark.parametrize("content", [b"", b"\x1a\x01a", b"\x1a\x02/\xff"])
def test_an_answer_without_a_path(content: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"fileInfo\.path"):
        Decoder("test").file(message("alluxio.grpc.file.FileInfo").FromString(content))


def test_a_location_that_is_none() -> None:
    broken = info(fileBlockInfos=[{"blockInfo": {"locations": [b"\x0a\x64x"]}}])
    with pytest.raises(UnexpectedAnswer, match="locations"):
        Decoder("test").file(broken)
