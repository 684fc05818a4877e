# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A node: containerd, kubelet and kube-proxy, with which settings."""

from __future__ import annotations

import json
from pathlib import Path

from .certificates import AUTHORITY
from .layout import (
    API_URL,
    DNS_SERVICE_ADDRESS,
    PAUSE_IMAGE,
    POD_NETWORK,
    Layout,
    Node,
)
from .machine import Component, MachineSpec

GIB = 1 << 30
# Left for the control plane and for the programs of the nodes themselves.
OUTSIDE_PODS_BYTES = 2 * GIB
KUBELET = "/var/lib/kubelet"
CONTAINERD_SOCKET = "/run/containerd/containerd.sock"
# Fixed in the programs: what a node keeps at these places lies in its own folder.
BOUND = {
    KUBELET: "kubelet",
    "/var/lib/cni": "cni",
    "/var/log/pods": "pods",
    "/var/log/containers": "containers",
    # Folders of nodes that AlluxioClusters use: nodes that share one would see each other's sockets.
    "/var/lib/alluxio-k8s": "alluxio-k8s",
}


def reserved_memory_bytes(machine_bytes: int, nodes: int) -> int:
    """What a node must not give to pods: each sees the memory of the whole machine as its own."""
    return machine_bytes - max(machine_bytes - OUTSIDE_PODS_BYTES, 0) // nodes


def write_files(layout: Layout, node: Node, reserved_bytes: int, cni: Path) -> None:
    """The configuration files of the node's programs. `cni`: the folder of the CNI plugins."""
    folder = layout.machine(node.name)
    (folder / "net.d").mkdir(parents=True, exist_ok=True)
    (folder / "volumes").mkdir(exist_ok=True)
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (folder / "net.d" / "10-pods.conflist").write_text(json.dumps(_pod_network(node), indent=1))
    (folder / "containerd.toml").write_text(_containerd(folder, cni))
    kubelet = _kubelet(layout, node, folder, reserved_bytes)
    (folder / "kubelet.json").write_text(json.dumps(kubelet, indent=1))
    (folder / "kube-proxy.json").write_text(json.dumps(_kube_proxy(layout, node), indent=1))


def spec(layout: Layout, binary: Path, node: Node) -> MachineSpec:
    folder = layout.machine(node.name)
    kubelet = [
        f"--config={folder / 'kubelet.json'}",
        f"--kubeconfig={layout.certificates / node.name}.kubeconfig",
        f"--hostname-override={node.name}",
        f"--node-ip={node.address}",
        f"--node-labels=topology.kubernetes.io/zone=zone-{node.number}",
        f"--cert-dir={KUBELET}/pki",
    ]
    return MachineSpec(
        hostname=node.name,
        api_ready_url=f"{API_URL}/readyz",
        logs=str(layout.logs / node.name),
        own_sys=True,
        tmpfs=["/run"],
        folders=[str(folder / "containerd")],
        binds=[(str(folder / name), target) for target, name in BOUND.items()],
        sysctls={"net.ipv4.ip_forward": "1", "net.bridge.bridge-nf-call-iptables": "1"},
        components=[
            Component("containerd", ["containerd", "--config", str(folder / "containerd.toml")]),
            Component("kubelet", [str(binary), "kubelet", *kubelet], needs_api=True),
            Component(
                "kube-proxy",
                [str(binary), "kube-proxy", f"--config={folder / 'kube-proxy.json'}"],
                needs_api=True,
            ),
        ],
    )


def _pod_network(node: Node) -> dict[str, object]:
    bridge = {
        "type": "bridge",
        "bridge": "pods",
        "isGateway": True,
        "isDefaultGateway": True,
        "hairpinMode": True,
        "ipMasq": False,
        "ipam": {"type": "host-local", "ranges": [[{"subnet": node.pod_network}]]},
    }
    portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": "pods", "plugins": [bridge, portmap]}


def _containerd(folder: Path, cni: Path) -> str:
    # Without CAP_SYS_RESOURCE, as in many containers, no oom score may be lowered: hence two lines.
    return f"""version = 2
root = "{folder / "containerd"}"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni}"
    conf_dir = "{folder / "net.d"}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"""


def _kubelet(layout: Layout, node: Node, folder: Path, reserved_bytes: int) -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{layout.certificates / AUTHORITY}.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{layout.cgroup}/{node.name}",
        "clusterDNS": [DNS_SERVICE_ADDRESS],
        "clusterDomain": "cluster.local",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        # The disk is the user's own: only its end is a reason to throw pods or images away.
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "nodefs.inodesFree": "1%",
            "imagefs.available": "1%",
        },
        "failCgroupV1": False,
        "failSwapOn": False,
        # Images come by load-image alone, so one that is thrown away would never come back.
        "imageGCHighThresholdPercent": 100,
        "makeIPTablesUtilChains": False,
        "nodeStatusUpdateFrequency": "5s",
        "oomScoreAdj": 0,
        "resolvConf": str(folder / "resolv.conf"),
        "systemReserved": {"memory": str(reserved_bytes)},
        "volumePluginDir": f"{KUBELET}/volume-plugins",
    }


def _kube_proxy(layout: Layout, node: Node) -> dict[str, object]:
    # Every conntrack setting is one of the whole machine: 0 leaves them alone.
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clusterCIDR": POD_NETWORK,
        "hostnameOverride": node.name,
        "clientConnection": {"kubeconfig": str(layout.certificates / "kube-proxy.kubeconfig")},
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
        "nodePortAddresses": ["primary"],
        "oomScoreAdj": 0,
    }
