# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The values of an AlluxioCluster's objects, as roles/alluxio_cluster/templates needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..property_files import render
from ..quantities import format_alluxio_size, parse_millicores
from . import fuse, node_files, pods
from .cluster_rules import Cluster, Pool, Sizes
from .hashes import config_hash
from .naming import MANAGED_BY, POOL_LABEL, selector
from .pods import Placement, Process
from .properties import (
    BLOCK_SIZE,
    CLIENT,
    CLIENT_KINDS,
    COMMON,
    JAVA_SECURITY,
    LOG4J,
    MASTER,
    PROXY,
    ROOT_OPTION,
    block_size_default,
    job_worker_properties,
)
from .tiers import Claim, small_tier_properties, tier_properties

Spec = Mapping[str, Any]

S3_ENDPOINT, S3_REGION = "alluxio.underfs.s3.endpoint", "alluxio.underfs.s3.endpoint.region"
DOMAIN_SOCKET = "alluxio.worker.data.server.domain.socket"
# build/patches says what is wrong with it.
_PATCHED = "2.9.6"
RPC, EMBEDDED, JOB_RPC, JOB_EMBEDDED, HTTP = 19998, 19200, 20001, 20003, 39999


def values(cluster: Cluster, sizes: Sizes) -> dict[str, Any]:
    """Everything that the templates and the status need, as plain data."""
    files: dict[str, str] = {"log4j.properties": LOG4J, "java.security": JAVA_SECURITY}
    masters = _masters(cluster, sizes, files)
    pools = [_pool(cluster, sizes, pool, files) for pool in sizes.pools]
    proxy = _proxy(cluster, sizes, files) if cluster.spec["proxy"]["enabled"] else None
    mounts = _fuse(cluster, sizes, files) if cluster.spec["fuse"]["enabled"] else None
    return {
        "version": cluster.version,
        "deletion_policy": cluster.spec["deletionPolicy"],
        "openshift": cluster.openshift,
        "labels": {
            component: cluster.labels(component)
            for component in ("master", "worker", "proxy", "fuse", "config")
        },
        "image": _image(cluster.spec["image"]),
        "service_accounts": _service_accounts(cluster),
        "config": {
            "name": f"{cluster.name}-config",
            "files": files,
            "patches": cluster.version.partition("-")[0] == _PATCHED,
        },
        "client": {
            "name": f"{cluster.name}-client",
            "files": {"alluxio-site.properties": render(_client(cluster, sizes))},
        },
        "masters": masters,
        "workers": {
            "service": f"{cluster.name}-worker",
            "replicas": sum(pool["replicas"] for pool in pools),
            "selector": selector(cluster.name, "worker"),
            "ports": _service_ports("worker", "job-worker"),
        },
        "pools": pools,
        "proxy": proxy,
        "fuse": mounts,
        "disruption_budgets": _disruption_budgets(cluster, proxy is not None),
        "endpoints": _endpoints(cluster, proxy is not None),
    }


def _masters(cluster: Cluster, sizes: Sizes, files: dict[str, str]) -> dict[str, Any]:
    spec = cluster.spec["masters"]
    host = f"$(POD_NAME).{cluster.name}-master.{cluster.namespace}.svc"
    own = {"alluxio.master.hostname": host}
    processes = [
        Process("master", "master", sizes.master, spec, own),
        Process(
            "job-master",
            "job-master",
            sizes.job_master,
            spec["jobMaster"],
            {**own, "alluxio.job.master.hostname": host},
        ),
    ]
    defaults = _defaults(sizes) | MASTER
    required = _required(cluster) | _root_mount(cluster.spec["rootMount"]) | _journal(spec)
    digest = _configure(cluster, processes, defaults, required, files)
    claims = cluster.master_claims()
    journal = {"name": "journal", "mountPath": pods.JOURNAL}
    metastore = {"name": "metastore", "mountPath": pods.METASTORE}
    ephemeral = [] if len(claims) > 1 else [{"name": "metastore", "emptyDir": {}}]
    labels = selector(cluster.name, "master")
    return {
        "workload": f"{cluster.name}-master",
        "service": f"{cluster.name}-master",
        "replicas": spec["replicas"],
        "selector": labels,
        "config_hash": digest,
        "rpc_addresses": cluster.masters(RPC),
        "ports": _service_ports("master", "job-master"),
        "claims": _claims(claims, labels),
        "pod": _pod(
            cluster,
            spec,
            processes,
            {"master": [journal, metastore], "job-master": [journal]},
            ephemeral,
            Placement(labels, labels, alone=False),
            digest,
        ),
    }


def _pool(cluster: Cluster, sizes: Sizes, pool: Pool, files: dict[str, str]) -> dict[str, Any]:
    # A client finds the worker of its own node by this address, and the job service sends work
    # where the blocks are.
    node = {"alluxio.locality.node": "$(HOST_IP)", "alluxio.user.hostname": "$(HOST_IP)"}
    worker = {
        **node,
        "alluxio.worker.hostname": "$(HOST_IP)",
        "alluxio.worker.container.hostname": "$(POD_IP)",
    }
    job = {**worker, "alluxio.job.worker.hostname": "$(HOST_IP)"}
    spec, name = pool.spec, pool.name
    processes = [
        Process("worker", f"worker-{name}", pool.worker, spec, worker),
        Process("job-worker", f"job-worker-{name}", pool.job_worker, spec["jobWorker"], job),
    ]
    defaults = _defaults(sizes) | small_tier_properties(pool.tiers)
    defaults |= job_worker_properties(pool.job_worker.heap)
    required = _required(cluster) | tier_properties(pool.tiers)
    short_circuit = spec["shortCircuit"]["enabled"]
    if short_circuit:
        required[f"{DOMAIN_SOCKET}.address"] = node_files.DOMAIN
    digest = _configure(cluster, processes, defaults, required, files)
    labels = selector(cluster.name, "worker", name)
    mounts = [{"name": tier.volume, "mountPath": tier.path} for tier in pool.tiers]
    volumes, domain = pods.tier_volumes(pool.tiers), []
    if short_circuit:
        volumes = [*volumes, node_files.domain_volume(cluster.name, cluster.namespace)]
        domain = [{"name": "domain", "mountPath": node_files.DOMAIN}]
    return {
        "name": name,
        "workload": f"{cluster.name}-worker-{name}",
        "replicas": spec["replicas"],
        "labels": {**cluster.labels("worker"), POOL_LABEL: name},
        "selector": labels,
        "config_hash": digest,
        "tiers": [
            {
                "medium": tier.medium,
                "level": tier.level,
                "quota_bytes": tier.quota_bytes,
                "claim": tier.claim.name if tier.claim else None,
            }
            for tier in pool.tiers
        ],
        "claims": _claims(pool.claims(), labels),
        "pod": _pod(
            cluster,
            spec,
            processes,
            {"worker": [*mounts, *domain], "job-worker": domain},
            volumes,
            Placement(labels, selector(cluster.name, "worker"), alone=True),
            digest,
        )
        | _own_account(cluster, short_circuit),
    }


def _proxy(cluster: Cluster, sizes: Sizes, files: dict[str, str]) -> dict[str, Any]:
    spec = cluster.spec["proxy"]
    node = {"alluxio.locality.node": "$(HOST_IP)", "alluxio.user.hostname": "$(HOST_IP)"}
    processes = [Process("proxy", "proxy", sizes.proxy, spec, node)]
    digest = _configure(cluster, processes, _defaults(sizes) | PROXY, _required(cluster), files)
    labels = selector(cluster.name, "proxy")
    return {
        "workload": f"{cluster.name}-proxy",
        "service": f"{cluster.name}-proxy",
        "service_type": spec["service"]["type"],
        "service_annotations": spec["service"].get("annotations", {}),
        "replicas": spec["replicas"],
        "selector": labels,
        "config_hash": digest,
        "ports": _service_ports("proxy"),
        "pod": _pod(
            cluster,
            spec,
            processes,
            {"proxy": []},
            [],
            Placement(labels, labels, alone=False),
            digest,
        ),
    }


def _own_account(cluster: Cluster, short_circuit: bool) -> dict[str, str]:
    return {"service_account": _short_circuit_account(cluster)} if short_circuit else {}


def _fuse(cluster: Cluster, sizes: Sizes, files: dict[str, str]) -> dict[str, Any]:
    spec = cluster.spec["fuse"]
    node = {"alluxio.locality.node": "$(HOST_IP)", "alluxio.user.hostname": "$(HOST_IP)"}
    processes = [Process("fuse", "fuse", sizes.fuse, spec, node)]
    defaults = _defaults(sizes) | fuse.PROPERTIES
    digest = _configure(cluster, processes, defaults, _required(cluster), files)
    labels = selector(cluster.name, "fuse")
    pod = _pod(
        cluster,
        spec,
        processes,
        {"fuse": fuse.mounts(cluster)},
        fuse.volumes(cluster),
        Placement(labels, labels, alone=False, everywhere=True),
        digest,
    )
    return fuse.values(cluster, pod, digest, labels)


def _pod(
    cluster: Cluster,
    spec: Spec,
    processes: Sequence[Process],
    data_mounts: Mapping[str, Sequence[Mapping[str, Any]]],
    data_volumes: Sequence[Mapping[str, Any]],
    placement: Placement,
    digest: str,
) -> dict[str, Any]:
    masters = processes[0].kind == "master"
    secret_volumes, secret_mounts = pods.secret_volumes(cluster.spec, root_mount=masters)
    optional = pods.placement_fields(spec, placement)
    if cluster.spec.get("hostAliases"):
        optional["hostAliases"] = cluster.spec["hostAliases"]
    if cluster.spec["image"].get("pullSecrets"):
        optional["imagePullSecrets"] = [
            {"name": name} for name in cluster.spec["image"]["pullSecrets"]
        ]
    component = placement.selector["app.kubernetes.io/component"]
    return {
        "labels": {
            **spec.get("podLabels", {}),
            **cluster.labels(component),
            **placement.selector,
        },
        "annotations": pods.pod_annotations(spec, digest),
        "service_account": _account(cluster),
        "domain": any(volume["name"] == "domain" for volume in data_volumes),
        "security": pods.security(cluster.spec, cluster.openshift),
        "grace_period_s": spec["terminationGracePeriodSeconds"],
        "optional": optional,
        "configuration": {
            "args": pods.configuration_args(processes),
            "mounts": secret_mounts,
        },
        "containers": [
            pods.container(
                process,
                [*data_mounts[process.kind], *spec.get("volumeMounts", ())],
                _cpu(process),
            )
            for process in processes
        ],
        "volumes": [*data_volumes, *secret_volumes, *spec.get("volumes", ())],
    }


def _cpu(process: Process) -> str:
    limit = process.spec.get("resources", {}).get("limits", {}).get("cpu")
    return pods.cpu_request(process.kind, None if limit is None else parse_millicores(limit, "cpu"))


def _configure(
    cluster: Cluster,
    processes: Sequence[Process],
    defaults: Mapping[str, str],
    required: Mapping[str, str],
    files: dict[str, str],
) -> str:
    """Adds the property files of the processes to ``files``; the hash of what their pods read."""
    read: dict[str, Any] = {
        "log4j": LOG4J,
        "java.security": JAVA_SECURITY,
        "from": cluster.spec.get("propertiesFrom"),
    }
    secrets = [*cluster.spec.get("propertiesFrom", ())]
    if processes[0].kind == "master":
        read["options_from"] = cluster.spec["rootMount"].get("optionsFrom")
        secrets += cluster.spec["rootMount"].get("optionsFrom", ())
    names = {secret["secretRef"]["name"] for secret in secrets}
    read["secrets"] = {name: cluster.secret_versions.get(name) for name in sorted(names)}
    for process in processes:
        general, own = cluster.spec.get("properties", {}), process.spec.get("properties", {})
        read[f"{process.config}.properties"] = render({**defaults, **general, **own})
        read[f"{process.config}.required.properties"] = render(required)
    files |= {name: text for name, text in read.items() if name.endswith(".properties")}
    read |= {process.config: dict(process.pod_properties) for process in processes}
    return config_hash(read)


def _client(cluster: Cluster, sizes: Sizes) -> dict[str, str]:
    """The configuration of an application: where the masters are, and how to find a new leader."""
    users = {
        key: value
        for key, value in cluster.spec.get("properties", {}).items()
        if key.startswith(CLIENT_KINDS)
    }
    block_size = format_alluxio_size(block_size_default(sizes.smallest_top_tier))
    masters = {
        key: value for key, value in _required(cluster).items() if "embedded.journal" not in key
    }
    return {**CLIENT, BLOCK_SIZE: block_size, **users, **masters}


def _defaults(sizes: Sizes) -> dict[str, str]:
    block_size = block_size_default(sizes.smallest_top_tier)
    return {**COMMON, BLOCK_SIZE: format_alluxio_size(block_size)}


def _required(cluster: Cluster) -> dict[str, str]:
    """Where the masters are: every process must agree on it."""
    return {
        "alluxio.master.rpc.addresses": ",".join(cluster.masters(RPC)),
        "alluxio.master.embedded.journal.addresses": ",".join(cluster.masters(EMBEDDED)),
        "alluxio.job.master.rpc.addresses": ",".join(cluster.masters(JOB_RPC)),
        "alluxio.job.master.embedded.journal.addresses": ",".join(cluster.masters(JOB_EMBEDDED)),
        # A client then looks for the socket's file in place of comparing host names, and so takes a
        # socket only where its pod has the folder.
        f"{DOMAIN_SOCKET}.as.uuid": "true",
        **_lone_master(cluster),
    }


def _lone_master(cluster: Cluster) -> dict[str, str]:
    """Alluxio takes a list of one address for none (``ConfigurationUtils.masterHostConfigured``)."""
    addresses = cluster.masters(RPC)
    if len(addresses) > 1:
        return {}
    host = addresses[0].rpartition(":")[0]
    return {"alluxio.master.hostname": host, "alluxio.job.master.hostname": host}


def _journal(masters: Spec) -> dict[str, str]:
    return {
        "alluxio.master.journal.type": "EMBEDDED",
        "alluxio.master.journal.folder": pods.JOURNAL,
        "alluxio.master.metastore": masters["metastore"]["type"],
        "alluxio.master.metastore.dir": pods.METASTORE,
    }


def _root_mount(mount: Spec) -> dict[str, str]:
    root = "alluxio.master.mount.table.root"
    chosen_options = s3_region(mount["uri"], mount.get("options", {})) | mount.get("options", {})
    options = {f"{ROOT_OPTION}{key}": value for key, value in chosen_options.items()}
    # Alluxio warns of keys that it wants to give up, so they are written only where they matter.
    chosen = {"readonly": mount["readOnly"], "shared": mount["shared"]}
    flags = {f"{root}.{key}": "true" for key, value in chosen.items() if value}
    return {f"{root}.ufs": mount["uri"], **flags, **options}


def s3_region(uri: str, options: Mapping[str, str]) -> dict[str, str]:
    """The region to sign for when an S3 server that is not AWS is named without one.

    The AWS SDK reads the region out of the endpoint's name: of ``s3.analytics.svc`` it makes the
    region ``analytics``, and the server refuses the signature with a bare 400. ``us-east-1`` is
    what such servers sign for by default.
    """
    endpoint = options.get(S3_ENDPOINT)
    if not uri.startswith(("s3://", "s3a://")) or not endpoint or S3_REGION in options:
        return {}
    host = endpoint.rpartition("//")[2].partition("/")[0].partition(":")[0]
    aws = host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    return {} if aws else {S3_REGION: "us-east-1"}


def _claims(claims: Sequence[Claim], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Claim templates. Their labels must never change, so the version is not among them."""
    managed = {**labels, "app.kubernetes.io/managed-by": MANAGED_BY}
    return [
        {
            "name": claim.name,
            "labels": managed,
            "size": claim.size,
            "access_modes": claim.access_modes,
            "optional": {"storageClassName": claim.storage_class} if claim.storage_class else {},
        }
        for claim in claims
    ]


def _service_ports(*kinds: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "port": port}
        for kind in kinds
        for name, port in pods.KINDS[kind].ports.items()
    ]


def _image(image: Spec) -> dict[str, str]:
    reference = f"{image['repository']}:{image['tag']}"
    if "digest" in image:
        reference = f"{reference}@{image['digest']}"
    return {"reference": reference, "pull_policy": image["pullPolicy"]}


def _account(cluster: Cluster) -> str:
    """The ServiceAccount of all pods that run restricted."""
    return str(cluster.spec["serviceAccount"].get("name", cluster.name))


def _short_circuit_account(cluster: Cluster) -> str:
    return f"{cluster.name}-short-circuit"


def _service_accounts(cluster: Cluster) -> list[dict[str, Any]]:
    """Those to make. What needs more than restricted pods has one of its own, so that it can be
    granted alone.
    """
    names = [] if "name" in cluster.spec["serviceAccount"] else [_account(cluster)]
    if node_files.short_circuit(cluster.spec):
        names.append(_short_circuit_account(cluster))
    if cluster.spec["fuse"]["enabled"]:
        names.append(fuse.account(cluster))
    annotations = cluster.spec["serviceAccount"].get("annotations", {})
    return [{"name": name, "annotations": annotations} for name in names]


def _disruption_budgets(cluster: Cluster, proxy: bool) -> list[dict[str, Any]]:
    budget = cluster.spec["podDisruptionBudget"]
    if not budget["enabled"]:
        return []
    # More than one master away breaks the quorum of three; one of one may still be drained.
    most = {"master": 1, "worker": budget["maxUnavailableWorkers"]}
    if cluster.cached_alone_bytes:
        # A node that is drained would take them along; the status says how many they are.
        most["worker"] = 0
    if proxy:
        most["proxy"] = 1
    return [
        {
            "name": f"{cluster.name}-{component}",
            "labels": cluster.labels(component),
            "selector": selector(cluster.name, component),
            "max_unavailable": count,
        }
        for component, count in most.items()
    ]


def _endpoints(cluster: Cluster, proxy: bool) -> dict[str, Any]:
    address = f"{cluster.name}-proxy.{cluster.namespace}.svc:{HTTP}"
    return {
        "masters": cluster.masters(RPC),
        "proxy": address if proxy else None,
        "rest": f"http://{address}/api/v1" if proxy else None,
        "s3": f"http://{address}/api/v1/s3" if proxy else None,
    }
