# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The hash that makes a pod restart when, and only when, the configuration that it reads has
changed.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any


def config_hash(content: Any) -> str:
    """16 hexadecimal digits of plain data, whatever the order of its maps."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
