# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What looks like a credential where everybody can read it: a property, an argument, a variable."""

from __future__ import annotations

import re

# Spark's own idea of a secret (spark.redaction.regex) and the names that object stores and databases use.
_SECRET = re.compile(
    r"(?i)secret|password|passwd|passphrase|token(?!s|iz)|credential|access[._-]?key|api[._-]?key|private[._-]?key"
    r"|account[._-]?key"
)
# Names about a secret rather than one: where it is, how long it lasts, whether there is any.
_ABOUT = re.compile(
    r"(?i)(files?|paths?|dir|providers?([._-]?class(es)?)?|enabled|interval|ratio|timeout|length|class|name|type|algorithm)\Z"
    r"|\Aspark\.kubernetes\.(driver|executor)\.(secrets|secretKeyRef)\."
)
# Read from the environment when it is used: by Hadoop, and by Spark.
_LATE = re.compile(r"\$\{env[.:]\w+\}")
_ASSIGNMENT = re.compile(r"-{0,2}(D?[\w.-]+)[=:](.+)", re.DOTALL)


def is_secret(key: str, value: str) -> bool:
    """Whether the value of this property or variable is a credential in plain text."""
    if not value or _LATE.fullmatch(value) or _ABOUT.search(key):
        return False
    return bool(_SECRET.search(key))


def assigns_secret(text: str) -> bool:
    """Whether an argument such as ``--password=x`` or ``-Dmy.secret=x`` holds a credential."""
    match = _ASSIGNMENT.match(text)
    return match is not None and is_secret(match[1], match[2])
