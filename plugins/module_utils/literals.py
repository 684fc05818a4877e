# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Texts of users that Kubernetes must not take for something else."""

from __future__ import annotations


def literal(text: str) -> str:
    """The text such that Kubernetes hands it on unchanged in ``env`` and ``args``."""
    return text.replace("$", "$$") if "$(" in text or "$$" in text else text
