# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The control plane: which programs it runs, with which settings."""

from __future__ import annotations

import json
from pathlib import Path

from .certificates import AUTHORITY, FRONT_PROXY_AUTHORITY, SERVICE_ACCOUNTS
from .layout import API_URL, CONTROL_PLANE, CONTROL_PLANE_ADDRESS, SERVICE_NETWORK, Layout
from .machine import Component, MachineSpec

# What the service accounts of others asked for, to compare with what they were granted. The control
# plane's own controllers are service accounts too: they would fill the log and hide the rest.
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
        {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
        {"level": "None"},
    ],
}

# `template` answers what is left: without a way out of the cluster every other name is unknown.
COREFILE = """.:53 {{
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig}
        pods insecure
    }}
    template ANY ANY . {{
        rcode NXDOMAIN
    }}
    cache 30
    loadbalance
}}
"""


def write_files(layout: Layout) -> None:
    """The configuration files that the programs read."""
    folder = layout.machine(CONTROL_PLANE)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audit-policy.json").write_text(json.dumps(AUDIT_POLICY))
    kubeconfig = layout.certificates / "coredns.kubeconfig"
    (folder / "Corefile").write_text(COREFILE.format(kubeconfig=kubeconfig))


def spec(layout: Layout, binary: Path, listener: int) -> MachineSpec:
    """`listener`: the descriptor of the listening socket on the host's loopback."""
    folder = layout.machine(CONTROL_PLANE)
    program = str(binary)

    def component(name: str, *arguments: str, needs_api: bool = True) -> Component:
        return Component(name, [program, name, *arguments], needs_api)

    kubeconfigs = layout.certificates
    return MachineSpec(
        hostname=CONTROL_PLANE,
        api_ready_url=f"{API_URL}/readyz",
        logs=str(layout.logs / CONTROL_PLANE),
        folders=[str(folder / "etcd")],
        sysctls={"net.ipv4.ip_forward": "1"},
        components=[
            component("etcd", *_etcd(folder / "etcd"), needs_api=False),
            component("kube-apiserver", *_apiserver(layout, folder), needs_api=False),
            Component(
                "relay", [program, "relay", str(listener), "127.0.0.1:6443"], descriptors=[listener]
            ),
            component("kube-controller-manager", *_controller_manager(kubeconfigs)),
            component("kube-scheduler", *_scheduler(kubeconfigs)),
            component("coredns", "-conf", str(folder / "Corefile")),
            component(
                "volume-provisioner",
                str(kubeconfigs / "volume-provisioner.kubeconfig"),
                str(layout.nodes),
            ),
        ],
    )


def _etcd(data: Path) -> list[str]:
    client, peer = "http://127.0.0.1:2379", "http://127.0.0.1:2380"
    return [
        "--name=control-plane",
        f"--data-dir={data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=control-plane={peer}",
        # A crash of the whole machine ends the cluster anyway; a crash of etcd alone loses nothing.
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _apiserver(layout: Layout, folder: Path) -> list[str]:
    certificates = layout.certificates
    return [
        "--etcd-servers=http://127.0.0.1:2379",
        "--bind-address=0.0.0.0",
        f"--advertise-address={CONTROL_PLANE_ADDRESS}",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--allow-privileged=true",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--feature-gates=MutatingAdmissionPolicy=true",
        "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
        f"--audit-policy-file={folder / 'audit-policy.json'}",
        f"--audit-log-path={layout.audit_log}",
        "--audit-log-maxsize=100",
        "--audit-log-maxbackup=1",
        f"--client-ca-file={certificates / AUTHORITY}.crt",
        f"--tls-cert-file={certificates / 'kube-apiserver.crt'}",
        f"--tls-private-key-file={certificates / 'kube-apiserver.key'}",
        f"--kubelet-client-certificate={certificates / 'kubelet-client.crt'}",
        f"--kubelet-client-key={certificates / 'kubelet-client.key'}",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={certificates / SERVICE_ACCOUNTS}.key",
        f"--service-account-signing-key-file={certificates / SERVICE_ACCOUNTS}.key",
        f"--requestheader-client-ca-file={certificates / FRONT_PROXY_AUTHORITY}.crt",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={certificates / 'front-proxy.crt'}",
        f"--proxy-client-key-file={certificates / 'front-proxy.key'}",
        # The control plane has no kube-proxy: it reaches aggregated services by their pods.
        "--enable-aggregator-routing=true",
        "--profiling=false",
    ]


def _controller_manager(certificates: Path) -> list[str]:
    return [
        *_client_of_api(certificates / "kube-controller-manager.kubeconfig"),
        "--use-service-account-credentials=true",
        # The default of 20 requests a second makes its start 5 s longer, and namespaces slow to go.
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        f"--root-ca-file={certificates / AUTHORITY}.crt",
        f"--service-account-private-key-file={certificates / SERVICE_ACCOUNTS}.key",
        f"--cluster-signing-cert-file={certificates / AUTHORITY}.crt",
        f"--cluster-signing-key-file={certificates / AUTHORITY}.key",
        f"--client-ca-file={certificates / AUTHORITY}.crt",
        f"--requestheader-client-ca-file={certificates / FRONT_PROXY_AUTHORITY}.crt",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
    ]


def _scheduler(certificates: Path) -> list[str]:
    return _client_of_api(certificates / "kube-scheduler.kubeconfig")


def _client_of_api(kubeconfig: Path) -> list[str]:
    return [
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--profiling=false",
    ]
