# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of every module that speaks to Alluxio's masters."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  cluster:
    description:
      - Name of the AlluxioCluster. Its masters and workers are reached by their pods' IPs inside Kubernetes, and
        by port-forwards from outside, which takes the verbs C(get) and C(create) on C(pods/portforward).
      - Either this or O(masters) is needed.
    type: str
  namespace:
    description: The namespace of O(cluster).
    type: str
  masters:
    description:
      - Addresses of the masters as C(host:port), for an Alluxio that is no AlluxioCluster or is reached directly.
        The port may be left out when it is 19998. The leader is found among them.
    type: list
    elements: str
  user:
    description: The user of Alluxio to act as. Its servers believe it under the authentication type C(SIMPLE).
    type: str
    default: alluxio
requirements:
  - grpcio >= 1.60.0
  - protobuf >= 5.26.0
"""
