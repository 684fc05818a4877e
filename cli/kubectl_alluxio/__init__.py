# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio`: Alluxio on Kubernetes from a terminal. It calls the collection's core.

Nothing is imported at the top of a file that a plain answer does not need: the start of the program is
most of the time that a small question takes (docs/decisions/0073).
"""

__version__ = "0.1.0"
