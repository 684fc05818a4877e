# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Layers of Debian packages, made by mmdebstrap: a minimal base, and packages on top of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from devcluster import packages as installer

from . import chroot
from .layers import LayerSpec, Workspace

RELEASE = "bookworm"
# What a shell, a JVM and a probe need; bash is among Debian's essential packages.
BASE_PACKAGES = ("ca-certificates", "curl", "libstdc++6", "procps", "tini", "zlib1g")

# The copyright files stay: they are the licences of what is in the image.
_DPKG_OPTIONS = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/i18n/*",
    "path-exclude=/usr/lib/x86_64-linux-gnu/gconv/*",
)
# Written anew by every run (times, random names), and of no use without apt.
_NOT_CONTENT = (
    *("dev/*", "run/*", "tmp/*", "var/cache/*", "var/log/*", "var/lib/apt", "var/lib/dpkg/*-old"),
    *("etc/apt/apt.conf.d/*mmdebstrap", "etc/machine-id", "etc/resolv.conf", "etc/hostname"),
)
# Layers have no times, by which compiled files are otherwise found out of date (and not used).
_COMPILE_PYTHON = (
    'chroot "$1" python3 -m compileall -q -f --invalidation-mode unchecked-hash'
    " /usr/lib/python3 /usr/lib/python3.11"
)


def base() -> LayerSpec:
    """The lowest layer of every image."""

    def fill(workspace: Workspace) -> None:
        _bootstrap(workspace, BASE_PACKAGES, "--variant=essential", ())

    return LayerSpec("base", (RELEASE, *BASE_PACKAGES, *_DPKG_OPTIONS, *_NOT_CONTENT), fill)


def packages(name: str, names: Sequence[str], hooks: Sequence[str] = ()) -> LayerSpec:
    """Packages, and what they depend on, on top of the base layer.

    `hooks` are shell commands that run at the end; the root is their argument $1.
    """

    def fill(workspace: Workspace) -> None:
        _bootstrap(workspace, names, "--variant=custom", hooks)

    return LayerSpec(name, (*names, *hooks), fill, (base(),))


def python() -> LayerSpec:
    """Python 3.11 with venv, shared by the images that need it."""
    return packages("python", ("python3", "python3-venv"), (_COMPILE_PYTHON,))


def _bootstrap(
    workspace: Workspace, names: Sequence[str], variant: str, hooks: Sequence[str]
) -> None:
    bootstrap = installer.program("mmdebstrap", "mmdebstrap")
    chroot.change(
        workspace,
        [
            *(bootstrap, "--quiet", "--mode=root", variant, "--skip=check/empty"),
            "--include=" + ",".join(names),
            *(f"--dpkgopt={option}" for option in _DPKG_OPTIONS),
            *(f"--customize-hook={hook}" for hook in hooks),
            *(RELEASE, str(workspace.scratch / "root")),
        ],
    )
    _clean(workspace.tree)


def _clean(tree: Path) -> None:
    for pattern in _NOT_CONTENT:
        for path in tree.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
