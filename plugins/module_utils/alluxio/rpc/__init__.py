# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio's own protocol: gRPC behind a SASL handshake.

grpcio and protobuf are imported by the first connection, not by an import of these files, so that
what never speaks gRPC needs neither. **No connection before a fork**: gRPC's threads do not survive
one. Open a client inside the process that uses it, and close it there (``with``); a client that is
used in another process than its own refuses.
"""
