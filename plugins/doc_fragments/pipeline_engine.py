# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that speak to a pipeline engine."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  engine:
    description:
      - V(argo) is spoken to through Kubernetes, V(kubeflow) through the REST API of Kubeflow Pipelines 2 (V(v2beta1)).
      - Pachyderm has an API of gRPC alone, which is not spoken here.
    type: str
    choices: [argo, kubeflow]
    required: true
  namespace:
    description: Where the run is. Argo needs it; Kubeflow only in its multi-user mode.
    type: str
  endpoint:
    description: Where Kubeflow Pipelines' API is, such as C(http://ml-pipeline.kubeflow:8888). For V(kubeflow) only.
    type: str
  token:
    description: A token that goes along as C(Authorization), for a Kubeflow that asks who one is.
    type: str
"""
