# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The reader of chunks meets damaged ones in C, under the sanitizers, by the ten thousand."""

from __future__ import annotations

import subprocess
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "r-package"
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
INPUTS = 200_000


def test_no_damaged_chunk_is_read_as_sound_or_past_its_end(tmp_path: Path) -> None:
    program = tmp_path / "fuzz_chunk"
    sources = [PACKAGE / "fuzz" / "fuzz_chunk.c", PACKAGE / "src" / "alx_status.c"]
    sources += sorted((PACKAGE / "src").glob("alxf_*.c"))
    compile_it = ["gcc", "-std=c11", *SANITIZERS, *map(str, sources), "-o", str(program)]
    subprocess.run(compile_it, check=True)
    done = subprocess.run([program, str(INPUTS)], check=True, capture_output=True, text=True)
    assert done.stdout == f"{INPUTS} chunks read, no finding\n"
