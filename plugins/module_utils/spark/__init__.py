# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Spark's own words: the configuration and the pods of an application. Pure."""
