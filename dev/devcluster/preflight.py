# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the machine must offer, checked before anything on it is changed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from . import cgroups, packages
from .errors import DevClusterError

# A program that the cluster runs -> the Debian and Ubuntu package that has it.
PACKAGES = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "ip": "iproute2",
    "iptables": "iptables",
    "nft": "nftables",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
}
CNI_PACKAGE = "containernetworking-plugins"
CNI_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"), Path("/usr/libexec/cni"))
MODULES = ("overlay", "br_netfilter", "veth", "nf_tables", "nft_masq", "nft_numgen")


def check() -> None:
    """Raises DevClusterError with one sentence about the first thing that is missing."""
    if reason := _missing():
        raise DevClusterError(
            f"The development cluster cannot run here: {reason}. {cgroups.INSTEAD}"
        )


def _missing() -> str:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return f"it needs Linux on x86_64, and this is {sys.platform} on {platform.machine()}"
    if os.geteuid() != 0:
        return "it makes namespaces, mounts and cgroups, which needs root, and you are not root"
    found = cgroups.hierarchies()
    if missing := found.missing():
        names = ", ".join(sorted(missing))
        return f"the cgroup controllers {names} are not mounted below {cgroups.ROOT}"
    if locked := [str(root) for root in found.roots if not os.access(root, os.W_OK)]:
        return f"the cgroups in {', '.join(locked)} are read-only"
    if shutil.which("unshare"):
        trial = [
            "unshare",
            "--net",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--fork",
            "--mount-proc",
            "true",
        ]
        done = subprocess.run(trial, capture_output=True, text=True)
        if done.returncode:
            return f"namespaces cannot be made ({done.stderr.strip()})"
    return ""


def install_missing() -> None:
    """Install the distribution's packages that are missing, and load the kernel's modules.

    Raises DevClusterError with the command to run where this tool does not know how to.
    """
    if missing := _missing_packages():
        packages.install(missing)
    if shutil.which("modprobe"):
        for module in MODULES:  # one that is built in is no module: what counts is checked below
            subprocess.run(["modprobe", "--quiet", module], capture_output=True)
    if "\toverlay\n" not in Path("/proc/filesystems").read_text():
        raise DevClusterError(f"The kernel has no overlay file system. {cgroups.INSTEAD}")
    if not Path("/proc/sys/net/bridge").exists():
        raise DevClusterError(f"The kernel has no br_netfilter. {cgroups.INSTEAD}")


def cni_folder() -> Path | None:
    """Where the distribution keeps the CNI plugins."""
    return next((folder for folder in CNI_FOLDERS if (folder / "bridge").exists()), None)


def _missing_packages() -> list[str]:
    missing = {package for program, package in PACKAGES.items() if not shutil.which(program)}
    if not cni_folder():
        missing.add(CNI_PACKAGE)
    return sorted(missing)
