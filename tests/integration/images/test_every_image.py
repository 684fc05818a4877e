# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds for every image: not root by default, licences inside, any user, read-only root."""

from __future__ import annotations

import stat
from collections.abc import Callable

import pytest
from images import catalogue
from sandbox import ImageRoot, Sandbox

EVERY_IMAGE = pytest.mark.parametrize("name", sorted(catalogue.IMAGES.keys() - catalogue.ON_DEMAND))


@EVERY_IMAGE
def test_licences_are_inside(image: Callable[[str], ImageRoot], name: str) -> None:
    root = image(name).root
    assert "Apache License" in (root / "licenses/LICENSE").read_text()
    assert (root / "licenses/README").read_text()
    assert (root / "usr/share/doc/bash/copyright").exists()


@EVERY_IMAGE
def test_it_runs_as_a_numeric_user_that_is_not_root(name: str) -> None:
    user = catalogue.IMAGES[name].recipe().config.user
    assert user.isdigit()
    assert int(user) > 0


@EVERY_IMAGE
def test_nothing_runs_with_the_rights_of_another_user_or_is_a_device(
    image: Callable[[str], ImageRoot], name: str
) -> None:
    root = image(name).root
    modes = {path: path.lstat().st_mode for path in root.rglob("*") if not path.is_symlink()}
    devices = [path for path, mode in modes.items() if stat.S_ISBLK(mode) or stat.S_ISCHR(mode)]
    assert devices == []
    # Debian's su, passwd, mount and others; restricted pods cannot gain rights through them.
    gaining = [path for path, mode in modes.items() if mode & stat.S_ISUID]
    assert {path.parent for path in gaining} <= {root / "usr/bin", root / "bin"}


@EVERY_IMAGE
def test_a_shell_runs_as_any_user(
    sandbox: Sandbox, image: Callable[[str], ImageRoot], name: str
) -> None:
    done = sandbox.call(image(name), ["bash", "-c", "id -u; id -g; ! touch /etc/x 2> /dev/null"])
    assert (done.returncode, done.stdout) == (0, b"1000650000\n0\n"), done.stderr


def test_tools_has_what_test_pods_use(sandbox: Sandbox, image: Callable[[str], ImageRoot]) -> None:
    script = (
        "for tool in bash curl python3 wget nslookup getent nc sha256sum; do type -P $tool; done"
    )
    done = sandbox.call(image("tools"), ["bash", "-ec", script])
    assert (done.returncode, len(done.stdout.split())) == (0, 8), done.stdout


def test_the_s3_server_needs_its_keys(sandbox: Sandbox, image: Callable[[str], ImageRoot]) -> None:
    s3 = image("s3")
    done = sandbox.call(
        s3, list(s3.entrypoint), env={"ROOT_ACCESS_KEY": "key"}, empty=("tmp", "data")
    )
    assert done.returncode != 0
    assert b"ROOT_SECRET_KEY is not set" in done.stderr


def test_the_s3_server_is_healthy_and_refuses_strangers(
    sandbox: Sandbox, image: Callable[[str], ImageRoot]
) -> None:
    s3 = image("s3")
    keys = {"ROOT_ACCESS_KEY": "key", "ROOT_SECRET_KEY": "secret", "BUCKETS": "one two"}
    server = sandbox.start("s3", s3, [], env=keys, empty=("tmp", "data"))

    def answer(path: str) -> str:
        command = [
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            f"http://127.0.0.1:7070{path}",
        ]
        return sandbox.call(s3, command).stdout.decode()

    server.wait_for("health", lambda: answer("/health") == "200", 30)
    assert answer("/one/object") == "403"
