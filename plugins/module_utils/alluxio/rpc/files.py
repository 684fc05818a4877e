# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The namespace: files, directories, where their blocks are, mounts.

To create, complete, delete and rename carries an operation id, which the masters keep in their
journal: what is asked for twice is done once, also across a fail-over (as read in
DefaultFileSystemMaster 2.9.6). That makes these calls repeatable.
"""

from __future__ import annotations

import posixpath
import uuid
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from ...errors import InvalidValue
from ..errors import PathNotFound, RequestRefused
from ..master_web import without_credentials
from ..model import FileStatus, MountPoint
from .decode import Decoder
from .masters import Masters
from .messages import method

_SERVICE = "alluxio.grpc.file.FileSystemMasterClientService"
# A value as short as this is no secret, and to blank it out would spoil the message.
_TOO_SHORT_TO_HIDE = 3

# A server takes a time to live that common options leave out as 0 and DELETE: the file, and each
# one that a listing loads from the UFS, would be deleted at the next check (docs/decisions/0063).
_NO_TTL = {"ttl": -1, "ttlAction": "FREE"}


class Load(StrEnum):
    """What a look at a path may cost the UFS.

    NEVER: nothing, only what Alluxio knows. ONCE: directories that were never loaded are listed.
    ALWAYS: the UFS is listed.
    """

    NEVER = "NEVER"
    ONCE = "ONCE"
    ALWAYS = "ALWAYS"


class WriteType(StrEnum):
    """Where a file's bytes go. MUST_CACHE loses them without a word when the workers are full."""

    MUST_CACHE = "MUST_CACHE"
    CACHE_THROUGH = "CACHE_THROUGH"
    THROUGH = "THROUGH"
    ASYNC_THROUGH = "ASYNC_THROUGH"


class TtlAction(StrEnum):
    """What happens to a file when its time is over."""

    DELETE = "DELETE"
    FREE = "FREE"
    DELETE_ALLUXIO = "DELETE_ALLUXIO"


class FileSystem:
    """Calls of the leader about paths.

    All raise like ``Masters.call``, and InvalidValue for a path that cannot be one.
    """

    def __init__(self, masters: Masters) -> None:
        self._masters = masters

    def get_status(
        self, path: str, *, load: Load = Load.NEVER, deadline_s: float | None = None
    ) -> FileStatus:
        """One file or directory, with the places of its blocks. Raises PathNotFound."""
        options = {
            "loadMetadataType": str(load),
            "commonOptions": _sync(load),
            # A look is no access.
            "updateTimestamps": False,
        }
        answer = self._call("GetStatus", path, options, deadline_s, repeatable=True)
        return Decoder(f"GetStatus {path}").file(answer.fileInfo)

    def exists(
        self, path: str, *, load: Load = Load.NEVER, deadline_s: float | None = None
    ) -> bool:
        """Whether there is such a path."""
        try:
            self.get_status(path, load=load, deadline_s=deadline_s)
        except PathNotFound:
            return False
        return True

    def list_status(
        self,
        path: str,
        *,
        recursive: bool = False,
        load: Load = Load.NEVER,
        with_mounts: bool = False,
        page_files: int | None = None,
        deadline_s: float | None = None,
    ) -> Iterator[FileStatus]:
        """The files and directories in ``path``, or the file ``path`` itself, one after another.

        Without ``page_files`` the master streams them, 10000 a message by default: the quickest way,
        which ends in ServerUnreachable when the leader goes away. With it each page is a call of its
        own: messages stay small and the listing goes on with the next leader. ``deadline_s`` is for
        each message. ``with_mounts`` also tells UFS paths, for one more look-up a file.
        """
        options = {
            "recursive": recursive,
            "loadMetadataType": str(load),
            "commonOptions": _sync(load),
            # With NEVER it would walk the whole subtree first, for nothing.
            "disableAreDescendantsLoadedCheck": load is Load.NEVER,
            "excludeMountInfo": not with_mounts,
        }
        decoder = Decoder(f"ListStatus {path}")
        if page_files is not None:
            yield from self._list_pages(path, options, page_files, decoder, deadline_s)
            return
        fields = {"path": _checked(path), "options": options}
        for answer in self._masters.listen(
            method(_SERVICE, "ListStatus"), fields, deadline_s=deadline_s
        ):
            yield from decoder.files(answer.fileInfos)

    def _list_pages(
        self,
        path: str,
        options: dict[str, Any],
        page_files: int,
        decoder: Decoder,
        deadline_s: float | None,
    ) -> Iterator[FileStatus]:
        start: dict[str, str] = {}
        while True:
            page = {"options": options, "batchSize": page_files, **start}
            answer = self._call("ListStatusPartial", path, page, deadline_s, repeatable=True)
            found = list(decoder.files(answer.fileInfos))
            yield from found
            if not found or not answer.isTruncated:
                return
            start = {"startAfter": found[-1].path}
            options = {**options, "disableAreDescendantsLoadedCheck": True}

    def create_directory(
        self,
        path: str,
        *,
        recursive: bool = False,
        exist_ok: bool = False,
        mode: int = 0o755,
        write_type: WriteType | None = None,
        deadline_s: float | None = None,
    ) -> None:
        """Makes a directory. Raises PathExists, and PathNotFound for a missing parent."""
        options = {
            "recursive": recursive,
            "allowExists": exist_ok,
            "mode": _mode_message(mode),
            "commonOptions": _operation(),
            **({"writeType": str(write_type)} if write_type else {}),
        }
        self._call("CreateDirectory", _checked_new(path), options, deadline_s, repeatable=True)

    def create_file(
        self,
        path: str,
        *,
        block_size_bytes: int,
        write_type: WriteType,
        mode: int = 0o644,
        recursive: bool = False,
        overwrite: bool = False,
        deadline_s: float | None = None,
    ) -> FileStatus:
        """Begins a file; its bytes and ``complete_file`` are due (worker_rpc.py does all of it).

        A file that exists in the UFS alone is not noticed, and overwritten. The status says persisted
        before a byte is written.
        """
        options = {
            "blockSizeBytes": block_size_bytes,
            "recursive": recursive,
            # Left out it would be 000.
            "mode": _mode_message(mode),
            "replicationMin": 0,
            "replicationMax": -1,
            "writeType": str(write_type),
            "overwrite": overwrite,
            "commonOptions": _operation(),
        }
        answer = self._call("CreateFile", _checked_new(path), options, deadline_s, repeatable=True)
        return Decoder(f"CreateFile {path}").file(answer.fileInfo)

    def new_block_id(self, path: str, *, deadline_s: float | None = None) -> int:
        """The id of the next block of a file that is being written."""
        answer = self._masters.call(
            method(_SERVICE, "GetNewBlockIdForFile"),
            {"path": _checked(path)},
            # Twice would leave a hole: a block that nobody writes.
            repeatable=False,
            deadline_s=deadline_s,
        )
        return int(answer.id)

    def complete_file(
        self,
        path: str,
        *,
        ufs_length_bytes: int | None = None,
        content_hash: str = "",
        deadline_s: float | None = None,
    ) -> None:
        """Ends a file. The master believes ``ufs_length_bytes``: a wrong one cuts or loses the file."""
        wanted = {"ufsLength": ufs_length_bytes, "contentHash": content_hash or None}
        options = {key: value for key, value in wanted.items() if value is not None}
        options["commonOptions"] = _operation()  # type: ignore[assignment]
        self._call("CompleteFile", path, options, deadline_s, repeatable=True)

    def delete(
        self,
        path: str,
        *,
        recursive: bool = False,
        alluxio_only: bool = False,
        unchecked: bool = False,
        deadline_s: float | None = None,
    ) -> None:
        """Deletes a file or directory, in the UFS too unless ``alluxio_only``.

        ``unchecked`` also deletes what Alluxio does not know of in the UFS. Raises PathNotFound, and
        NotPossibleNow for a directory that is not empty.
        """
        options = {
            "recursive": recursive,
            "alluxioOnly": alluxio_only,
            "unchecked": unchecked,
            "commonOptions": _operation(),
        }
        self._call("Remove", path, options, deadline_s, repeatable=True)

    def rename(self, path: str, target: str, *, deadline_s: float | None = None) -> None:
        """Moves a file or directory. Raises PathNotFound, and PathExists for a ``target`` that is
        there.
        """
        options = {"commonOptions": _operation()}
        more = {"dstPath": _checked_new(target, "target")}
        self._call("Rename", path, options, deadline_s, repeatable=True, **more)

    def free(
        self,
        path: str,
        *,
        recursive: bool = False,
        forced: bool = False,
        deadline_s: float | None = None,
    ) -> None:
        """Lets workers drop the blocks; it takes them a heartbeat. ``forced``: pinned files too.

        Without ``forced`` it raises ServerFailed for a pinned file.
        """
        options = {"recursive": recursive, "forced": forced}
        self._call("Free", path, options, deadline_s, repeatable=True)

    def set_attributes(
        self,
        path: str,
        *,
        recursive: bool = False,
        pinned: bool | None = None,
        pinned_media: Sequence[str] = (),
        ttl_ms: int | None = None,
        ttl_action: TtlAction | None = None,
        replication_min: int | None = None,
        replication_max: int | None = None,
        owner: str | None = None,
        group: str | None = None,
        mode: int | None = None,
        deadline_s: float | None = None,
    ) -> None:
        """Changes what is not None. ``ttl_ms`` -1 takes the time to live away, and 0 lets the file end
        at the next check; ``ttl_action`` is FREE where it is not given; ``pinned_media`` goes with
        ``pinned``. That a file is persisted cannot be set (see the .proto file).
        """
        wanted = {
            "recursive": recursive,
            "pinned": pinned,
            "pinnedMedia": list(pinned_media) or None,
            "replicationMin": replication_min,
            "replicationMax": replication_max,
            "owner": owner,
            "group": group,
            "mode": None if mode is None else _mode_message(mode),
            "commonOptions": _ttl(ttl_ms, ttl_action),
        }
        options = {key: value for key, value in wanted.items() if value is not None}
        self._call("SetAttribute", path, options, deadline_s, repeatable=True)

    def schedule_persistence(self, path: str, *, deadline_s: float | None = None) -> bool:
        """Has the job service copy a file to the UFS; False when it is there already.

        It may take seconds, and nobody reports a failure: look at ``persistence_state`` with a
        deadline, and keep the source. A persisted file is left alone, because asking again would
        count it as not persisted for a while.
        """
        status = self.get_status(path, deadline_s=deadline_s)
        if status.persistence_state == "PERSISTED":
            return False
        options = {"persistenceWaitTime": 0}
        self._call("ScheduleAsyncPersistence", path, options, deadline_s, repeatable=True)
        return True

    def get_mount_table(
        self, *, check_ufs: bool = False, deadline_s: float | None = None
    ) -> dict[str, MountPoint]:
        """The mounts by their path. ``check_ufs`` asks each UFS for its capacity."""
        answer = self._masters.call(
            method(_SERVICE, "GetMountTable"),
            {"checkUfs": check_ufs},
            repeatable=True,
            deadline_s=deadline_s,
        )
        return {path: _mount_point(one) for path, one in sorted(answer.mountPoints.items())}

    def mount(
        self,
        path: str,
        uri: str,
        *,
        properties: Mapping[str, str] | None = None,
        read_only: bool = False,
        shared: bool = False,
        deadline_s: float | None = None,
    ) -> None:
        """Mounts a UFS. ``properties`` may be secret and appear in no error.

        Raises PathExists, and InvalidRequest or ServerFailed with what the UFS says.
        """
        options = _mount_options(properties, read_only, shared)
        fields = {"alluxioPath": _checked_new(path), "ufsPath": uri, "options": options}
        self._mount("Mount", fields, repeatable=False, deadline_s=deadline_s)

    def update_mount(
        self,
        path: str,
        *,
        properties: Mapping[str, str] | None = None,
        read_only: bool = False,
        shared: bool = False,
        deadline_s: float | None = None,
    ) -> None:
        """Gives a mount these options in place of those it had. Else like ``mount``."""
        options = _mount_options(properties, read_only, shared)
        fields = {"alluxioPath": _checked(path), "options": options}
        self._mount("UpdateMount", fields, repeatable=True, deadline_s=deadline_s)

    def unmount(self, path: str, *, deadline_s: float | None = None) -> None:
        """Takes a mount away; its files stay in the UFS. Raises InvalidRequest where none is."""
        self._masters.call(
            method(_SERVICE, "Unmount"),
            {"alluxioPath": _checked(path)},
            repeatable=False,
            deadline_s=deadline_s,
        )

    def _mount(
        self, name: str, fields: dict[str, Any], *, repeatable: bool, deadline_s: float | None
    ) -> None:
        try:
            self._masters.call(
                method(_SERVICE, name), fields, repeatable=repeatable, deadline_s=deadline_s
            )
        except RequestRefused as error:
            raise _without_values(error, fields["options"]["properties"]) from None

    def _call(
        self,
        name: str,
        path: str,
        options: Mapping[str, Any],
        deadline_s: float | None,
        *,
        repeatable: bool,
        **more: Any,
    ) -> Any:
        return self._masters.call(
            method(_SERVICE, name),
            {"path": _checked(path), "options": options, **more},
            repeatable=repeatable,
            deadline_s=deadline_s,
        )


def _operation() -> dict[str, Any]:
    """Common options with an operation id: two signed 64-bit halves of a random UUID."""
    number = uuid.uuid4().bytes
    return {
        **_NO_TTL,
        "operationId": {
            "mostSignificantBits": int.from_bytes(number[:8], "big", signed=True),
            "leastSignificantBits": int.from_bytes(number[8:], "big", signed=True),
        },
    }


def _mode_message(mode: int) -> dict[str, int]:
    """The PMode of 0o644: its three numbers are the octal digits plus one. Raises InvalidValue."""
    if not 0 <= mode <= 0o777:
        raise InvalidValue("mode", mode, "give permissions between 0 and 0o777")
    return {
        "ownerBits": (mode >> 6) + 1,
        "groupBits": (mode >> 3 & 7) + 1,
        "otherBits": (mode & 7) + 1,
    }


def _checked(path: str, field: str = "path") -> str:
    if not path.startswith("/"):
        raise InvalidValue(field, path, "give an absolute path, such as /data/day=1")
    if "\\" in path:
        raise InvalidValue(field, path, "Alluxio takes a backslash for a slash: use another name")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InvalidValue(field, path, "Alluxio's paths are UTF-8") from None
    return path


def _checked_new(path: str, field: str = "path") -> str:
    """A path that is to come into being, and that the UFS can have under the same name."""
    if "?" in _checked(path, field):
        # Seen on 2.9.6: /a?b is written to a in the UFS, over whatever is there.
        raise InvalidValue(field, path, "Alluxio cuts a name at its ? in the UFS: use another name")
    # normpath keeps two slashes at the start, which POSIX leaves open.
    plain = "/" + posixpath.normpath(path).lstrip("/")
    if plain != path:
        raise InvalidValue(field, path, f"write it as {plain}")
    return path


def _sync(load: Load) -> dict[str, Any]:
    return {**_NO_TTL, "syncIntervalMs": 0 if load is Load.ALWAYS else -1}


def _ttl(ttl_ms: int | None, action: TtlAction | None) -> dict[str, Any] | None:
    """Both or neither: what is left out would be 0, and DELETE."""
    if ttl_ms is None:
        if action is not None:
            raise InvalidValue("ttl_action", str(action), "give ttl_ms too")
        return None
    return {"ttl": ttl_ms, "ttlAction": str(action or TtlAction.FREE)}


def _mount_options(
    properties: Mapping[str, str] | None, read_only: bool, shared: bool
) -> dict[str, Any]:
    return {"readOnly": read_only, "shared": shared, "properties": dict(properties or {})}


def _mount_point(info: Any) -> MountPoint:
    return MountPoint(
        uri=without_credentials(info.ufsUri),
        # The master names it only when it also asks for the capacity.
        ufs_type=info.ufsType or urlsplit(info.ufsUri).scheme or "local",
        read_only=info.readOnly,
        shared=info.shared,
        mount_id=info.mountId,
        capacity_bytes=_known(info.ufsCapacityBytes),
        used_bytes=_known(info.ufsUsedBytes),
        properties=dict(sorted(info.properties.items())),
    )


def _known(figure: int) -> int | None:
    return figure if figure >= 0 else None


def _without_values(error: RequestRefused, properties: Mapping[str, str]) -> RequestRefused:
    """A UFS client may quote what it was given."""
    message = error.message
    for value in sorted(properties.values(), key=len, reverse=True):
        if len(value) > _TOO_SHORT_TO_HIDE:
            message = message.replace(value, "***")
    return type(error)(message, error.remedy, **error.details)
