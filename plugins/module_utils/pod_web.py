# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The road to a web port of an Alluxio pod: straight from inside, else by the API server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .alluxio.errors import AnswerTooLarge, ServerUnreachable
from .alluxio.transport import DirectTransport, Transport
from .kube import pod_proxy
from .kube.api import KubeClient
from .kube.errors import Forbidden, KubernetesError


def web_transport(
    client: KubeClient,
    namespace: str,
    pod: Mapping[str, Any],
    port: int,
    environment: Mapping[str, str],
) -> Transport:
    """To ``port`` of a row of ``observed.pods``. The one place that chooses the road.

    A pod reaches pods by their IPs, and in the operator that spares the API server a copy of every
    answer and us the permission pods/proxy.
    """
    if "KUBERNETES_SERVICE_HOST" in environment:
        return DirectTransport(pod["pod_ip"], port)
    return PodProxyTransport(client, namespace, pod["name"], port)


class PodProxyTransport:
    """By way of the API server's pod proxy, from wherever the API server can be reached."""

    def __init__(self, client: KubeClient, namespace: str, pod: str, port: int) -> None:
        self._client = client
        self._namespace = namespace
        self._pod = pod
        self._port = port

    @property
    def address(self) -> str:
        return f"{self._pod}:{self._port}"

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        deadline_s: float,
        limit_bytes: int,
    ) -> bytes:
        if isinstance(body, bytes):
            # Nobody needs it, and the API server is no place for data.
            raise TypeError("the pod proxy takes JSON alone")
        target = pod_proxy.path_of(self._namespace, self._pod, self._port, path)
        try:
            return pod_proxy.request(
                self._client, target, method, body, deadline_s=deadline_s, limit_bytes=limit_bytes
            )
        except pod_proxy.TooLong as error:
            raise AnswerTooLarge(f"{self.address}{path}", limit_bytes) from error
        except TimeoutError as error:
            raise ServerUnreachable(self.address, "it took too long") from error
        except Forbidden as error:
            raise ServerUnreachable(self.address, error.message) from None
        except KubernetesError:
            # The API server quotes addresses and ports of the moment: of no use to a status.
            raise ServerUnreachable(self.address, "the API server got no answer from it") from None
