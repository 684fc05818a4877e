# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of every module that speaks to Kubernetes."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of the kubeconfig file.
      - Without it the environment variables E(K8S_AUTH_KUBECONFIG) and E(KUBECONFIG), then C(~/.kube/config) are tried,
        and inside a pod its own service account.
    type: path
  context:
    description:
      - The context of the kubeconfig file to use. Without it, E(K8S_AUTH_CONTEXT), then the file's current context.
    type: str
requirements:
  - kubernetes >= 24.2.0
"""
