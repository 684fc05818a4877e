# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From a spec and an observation to every decision, as plain data. Pure: no I/O, no Ansible."""
