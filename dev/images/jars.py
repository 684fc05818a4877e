# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What images keep of jars: no native libraries of other platforms than Linux on x86_64 with glibc."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

_NATIVE = re.compile(r"\.(so|dll|dylib|jnilib)(\.\S*)?$", re.IGNORECASE)
_OTHER_PLATFORM = re.compile(
    r"osx|mac|darwin|win|aarch|arm|ppc|s390|sparc|mips|riscv|loong|sunos|aix|freebsd|openbsd|musl|linux32"
    r"|x86/|/i386|linux-x86/",
    re.IGNORECASE,
)
_LICENCE = re.compile(r"(META-INF/)?(LICENSE|NOTICE|COPYING)[^/]*$", re.IGNORECASE)


def copy(jar: Path, target: Path) -> None:
    """Copies a jar without native libraries of other platforms: most of what some jars weigh."""
    with zipfile.ZipFile(jar) as source:
        entries = source.infolist()
        kept = [entry for entry in entries if not _is_foreign(entry.filename)]
        if len(kept) == len(entries):
            shutil.copyfile(jar, target)
            return
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as trimmed:
            for entry in kept:
                trimmed.writestr(entry, source.read(entry))


def _is_foreign(name: str) -> bool:
    is_native = _NATIVE.search(name) or "librocksdbjni" in name
    return bool(is_native and _OTHER_PLATFORM.search(name))


def copy_licences(jar: Path, target: Path) -> None:
    """Copies a jar's licences and notices into the folder `target`."""
    with zipfile.ZipFile(jar) as source:
        for entry in source.infolist():
            if _LICENCE.fullmatch(entry.filename) and not entry.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                (target / Path(entry.filename).name).write_bytes(source.read(entry))


def patterns(left_out: Path) -> Sequence[str]:
    """The file name patterns of a left-out.txt, one a line; `#` begins a comment."""
    lines = (line.split("#")[0].strip() for line in left_out.read_text().splitlines())
    return [line for line in lines if line]
