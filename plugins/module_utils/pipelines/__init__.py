# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio between the stages of a pipeline: an engine's own document, with storage wired in. Pure.

``settings`` (what a user says) and ``graph`` (what is wrong about it) know no engine; ``argo``,
``kubeflow`` and ``pachyderm`` each rewrite one kind of document; ``render`` brings them together.
"""
