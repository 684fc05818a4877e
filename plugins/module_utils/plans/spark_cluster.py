# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From a SparkCluster and an observation to every decision: schema, rules, what is waited for, and the objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..quantities import parse_bytes
from ..spark import standing, standing_pods
from ..spark.standing import Standing
from ..spark.standing_pods import PodPlan
from . import naming, spark_access, spark_cluster_rules
from . import spark_cluster_names as names
from ._schemas import SPARK_CLUSTER_SPEC
from .findings import Findings
from .hashes import config_hash
from .pods import DEFAULT_FS_GROUP
from .schema import complete
from .spark_cluster_rules import Sizes

_HOSTNAME = "kubernetes.io/hostname"
# Ports by component for each word of ``networkPolicy.allowFrom[].to``; None is every port, since executors take any.
_OPEN_TO: dict[str, dict[str, tuple[str, ...] | None]] = {
    "connect": {"connect": ("grpc",)},
    "applications": {"master": ("rpc",), "worker": None},
    "ui": dict.fromkeys(names.COMPONENTS, ("ui",)),
}
_PROCESS = {"master": "master", "worker": "workers", "connect": "connect", "history": "history"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cluster:
    """The resource, its spec complete and free of errors, beside what there is of it.

    ``scripts`` are the files of the role by name, which pods mount.
    """

    name: str
    namespace: str
    spec: Row
    sizes: Sizes
    observed: Row
    scripts: Mapping[str, str]

    @property
    def events(self) -> str:
        found: str = self.spec["history"].get(
            "eventLogs", names.event_logs(self.name, self.namespace)
        )
        return found

    @property
    def components(self) -> list[str]:
        """Those that the spec wants."""
        return [
            component
            for component in names.COMPONENTS
            if self.spec[_PROCESS[component]].get("enabled", True)
        ]


def plan(
    resource: Row, observed: Row | None, scripts: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The plan of ``resource`` ({metadata, spec}) as plain data. Never raises for what a user wrote.

    ``look`` is what has to be observed, None for a resource without a usable name or cluster. ``secrets`` are those to
    make when they are not there, with ``labels``. With an observation there are also ``waits`` (why nothing runs yet)
    and ``objects``, the values of the role's template, None while something is waited for. ``removal`` is what has to
    be removed beside the workloads. ``scripts`` are the files of the role that pods mount, by name.
    """
    findings = Findings()
    metadata, raw = resource.get("metadata") or {}, resource.get("spec")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    spec = complete({} if raw is None else raw, SPARK_CLUSTER_SPEC, "spec", findings)
    bad_fields = findings.count
    names.check_names(name, namespace, findings)
    look = None if findings.count else _look(str(name), str(namespace), spec)
    sizes = None if bad_fields else spark_cluster_rules.check(spec, findings)
    result: dict[str, Any] = {"name": name, "namespace": namespace, "look": look, "removal": None}
    if look:
        result["secrets"] = _secrets(str(name))
        result["labels"] = names.object_labels(str(name))
        result["removal"] = _removal(look, spec, observed)
    if look and sizes and observed:
        _check_recovery(spec, observed, str(name), findings)
    if look and sizes and observed and not findings.count:
        spark_access.check(spec, observed, findings, names.CLUSTER_LABEL)
        cluster = Cluster(str(name), str(namespace), spec, sizes, observed, scripts or {})
        result |= _decisions(cluster)
    return {**result, "errors": findings.errors, "warnings": findings.warnings}


def _look(name: str, namespace: str, spec: Row) -> dict[str, Any]:
    """The options of the module `spark_cluster_info`."""
    return {
        "name": name,
        "namespace": namespace,
        "cluster": spec["alluxioCluster"]["name"],
        "cluster_namespace": spec["alluxioCluster"].get("namespace", namespace),
        "secrets": [secret["name"] for secret in _secrets(name)],
    }


def _secrets(name: str) -> list[dict[str, Any]]:
    """The options of the module `generated_secrets`."""
    return [
        {"name": names.auth_secret(name), "key": names.AUTH_KEY},
        {"name": names.token_secret(name), "key": names.TOKEN_KEY},
    ]


def _removal(look: Row, spec: Row, observed: Row | None) -> dict[str, Any]:
    """What goes beside the workloads: pods, which are waited for, and what has no owner.

    The operator deletes as Alluxio's own user, so a directory that the spec names stays: its author may have no
    right to it.
    """
    goes = spec["deletionPolicy"] == "Delete"
    name, namespace = look["name"], look["namespace"]
    claim = _object("PersistentVolumeClaim", names.recovery_claim(name), namespace)
    ours = goes and "eventLogs" not in spec["history"]
    pods = [row["name"] for row in (observed or {}).get("pods", ())]
    return {
        "pods": [_object("Pod", pod, namespace) for pod in pods],
        "claims": [claim] if goes else [],
        "event_logs": names.event_logs(name, namespace) if ours else None,
        "secrets": [_object("Secret", row["name"], namespace) for row in _secrets(name)],
    }


def _check_recovery(spec: Row, observed: Row, name: str, findings: Findings) -> None:
    """Kubernetes changes no claim template of a StatefulSet."""
    wanted = spec["master"]["recovery"]
    for row in observed["workloads"]:
        for claim in row["claim_templates"]:
            size, storage = claim["size"], claim["storage_class"]
            workload = names.workload(name, "master")
            remedy = (
                f"put it back, or delete StatefulSet {workload} and claim {names.recovery_claim(name)};"
                " applications that run then are not known to the new master"
            )
            if parse_bytes(size, "size") != parse_bytes(wanted["size"], "size"):
                path = "spec.master.recovery.size"
                message = f"{path}: the volume was made with {size}"
                findings.error(path, wanted["size"], message, remedy)
            if wanted.get("storageClassName") not in (None, storage):
                path = "spec.master.recovery.storageClassName"
                message = f"{path}: the volume was made of class {storage}"
                findings.error(path, wanted["storageClassName"], message, remedy)


def _decisions(cluster: Cluster) -> dict[str, Any]:
    missing = [name for name, version in cluster.observed["secrets"].items() if version is None]
    waits = list(_waits(cluster, missing))
    wanted = {
        names.workload(cluster.name, component): _replicas(cluster, component)
        for component in cluster.components
    }
    return {
        "missing_secrets": missing,
        "waits": waits,
        "wanted": wanted,
        "components": cluster.components,
        "addresses": {
            component: address
            for component, address in names.addresses(cluster.name, cluster.namespace).items()
            if component in cluster.components
        },
        "objects": None if waits else _objects(cluster),
    }


def _waits(cluster: Cluster, missing: list[str]) -> Iterator[str]:
    if missing:
        yield f"Secrets are being made: {', '.join(missing)}"
    if cluster.observed["cluster"] is None:
        where = cluster.spec["alluxioCluster"].get("namespace", cluster.namespace)
        name = cluster.spec["alluxioCluster"]["name"]
        yield f"there is no AlluxioCluster {name!r} in namespace {where} that clients can use yet"


def _replicas(cluster: Cluster, component: str) -> int:
    return int(cluster.spec["workers"]["replicas"]) if component == "worker" else 1


def _objects(cluster: Cluster) -> dict[str, Any]:
    spec, name = cluster.spec, cluster.name
    service = Standing(
        spec=spec,
        client=cluster.observed["cluster"]["properties"],
        events=cluster.events,
        master_url=names.master_url(name),
        connect=cluster.sizes.connect,
        executor_heap_mib=cluster.sizes.executor_heap_mib,
    )
    files = standing.files(service)
    data = {
        f"{component}.{file}": text
        for component in cluster.components
        for file, text in files[component].items()
    }
    return {
        "namespace": cluster.namespace,
        "labels": names.object_labels(name),
        "conf_map": {"name": names.conf_map(name), "data": {**data, **cluster.scripts}},
        "workloads": [
            _workload(cluster, service, component, files[component])
            for component in cluster.components
        ],
        "services": [_service(cluster, component) for component in cluster.components],
        "ingresses": [_ingress(cluster, row) for row in spec.get("ingresses", ())],
        "policies": (
            [_policy(cluster, component) for component in cluster.components]
            if spec["networkPolicy"]["enabled"]
            else []
        ),
    }


def _workload(
    cluster: Cluster, service: Standing, component: str, files: Mapping[str, str]
) -> dict[str, Any]:
    name = cluster.name
    return {
        "kind": "StatefulSet" if component in ("master", "worker") else "Deployment",
        "name": names.workload(name, component),
        "labels": names.object_labels(name, component),
        "selector": names.pod_selector(name, component),
        "replicas": _replicas(cluster, component),
        "claims": [_recovery(cluster)] if component == "master" else [],
        "template": _template(cluster, service, component, files),
    }


def _template(
    cluster: Cluster, service: Standing, component: str, files: Mapping[str, str]
) -> dict[str, Any]:
    pod = _pod_plan(cluster, component, files)
    sizes = cluster.sizes
    if component == "master":
        return standing_pods.master(service, pod, sizes.master)
    if component == "worker":
        return standing_pods.worker(service, pod, sizes.worker)
    if component == "connect":
        token = {"name": names.token_secret(cluster.name), "key": names.TOKEN_KEY}
        return standing_pods.connect(service, pod, token)
    return standing_pods.history(service, pod, sizes.history)


def _pod_plan(cluster: Cluster, component: str, files: Mapping[str, str]) -> PodPlan:
    name, secrets = cluster.name, cluster.observed["secrets"]
    read = [] if component == "history" else [names.auth_secret(name)]
    read += [names.token_secret(name)] if component == "connect" else []
    hashed = {
        "files": files,
        "scripts": cluster.scripts if component == "worker" else {},
        "secrets": {secret: secrets[secret] for secret in read},
    }
    volume = component == "master" and not cluster.observed["openshift"]
    return PodPlan(
        conf_map=names.conf_map(name),
        conf_prefix=component,
        files=sorted(files),
        labels=names.object_labels(name, component),
        annotations={naming.CONFIG_HASH: config_hash(hashed)},
        ports=names.PORTS[component],
        auth={"name": names.auth_secret(name), "key": names.AUTH_KEY} if read else None,
        # OpenShift chooses the group of volumes itself.
        fs_group=DEFAULT_FS_GROUP if volume else None,
        affinity=_affinity(cluster) if component == "worker" else None,
        spread=[_spread(cluster)] if component == "worker" else (),
    )


def _affinity(cluster: Cluster) -> dict[str, Any] | None:
    """To nodes with a worker of Alluxio."""
    placement, theirs = cluster.spec["workers"]["placement"], cluster.spec["alluxioCluster"]
    if placement == "off":
        return None
    term = {
        "labelSelector": {"matchLabels": naming.selector(theirs["name"], "worker")},
        "namespaces": [theirs.get("namespace", cluster.namespace)],
        "topologyKey": _HOSTNAME,
    }
    if placement == "required":
        return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    weighted = {"weight": 100, "podAffinityTerm": term}
    return {"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [weighted]}}


def _spread(cluster: Cluster) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": _HOSTNAME,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": names.pod_selector(cluster.name, "worker")},
    }


def _recovery(cluster: Cluster) -> dict[str, Any]:
    recovery = cluster.spec["master"]["recovery"]
    storage = recovery.get("storageClassName")
    return {
        "metadata": {"name": names.RECOVERY_CLAIM, "labels": names.labels(cluster.name)},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": recovery["size"]}},
            **({"storageClassName": storage} if storage else {}),
        },
    }


def _service(cluster: Cluster, component: str) -> dict[str, Any]:
    """A master and workers are known by their pods' own addresses, also before they are ready."""
    headless = component in ("master", "worker")
    return {
        "name": names.workload(cluster.name, component),
        "labels": names.object_labels(cluster.name, component),
        "spec": {
            **({"clusterIP": "None", "publishNotReadyAddresses": True} if headless else {}),
            "selector": names.pod_selector(cluster.name, component),
            "ports": [
                {"name": name, "port": port, "targetPort": name}
                for name, port in names.PORTS[component].items()
            ],
        },
    }


def _ingress(cluster: Cluster, row: Row) -> dict[str, Any]:
    """OpenShift makes a Route of it; for an entry of TLS without anything it takes its own certificate."""
    name, secret = names.workload(cluster.name, row["page"]), row.get("tls", {}).get("secretName")
    backend = {"service": {"name": name, "port": {"name": "ui"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    own = {"hosts": [row["host"]], "secretName": secret} if secret else {}
    return {
        "name": name,
        "labels": names.object_labels(cluster.name, row["page"]),
        "annotations": row.get("annotations", {}),
        "spec": {
            **({"ingressClassName": row["className"]} if "className" in row else {}),
            **({"tls": [own]} if "tls" in row else {}),
            "rules": [{"host": row["host"], "http": {"paths": [path]}}],
        },
    }


def _policy(cluster: Cluster, component: str) -> dict[str, Any]:
    """The cluster's own pods on every port, and whom the spec names."""
    own = {"from": [{"podSelector": {"matchLabels": names.labels(cluster.name)}}]}
    rules: list[dict[str, Any]] = [own]
    for peer in cluster.spec["networkPolicy"].get("allowFrom", ()):
        who = {key: value for key, value in peer.items() if key != "to"}
        for word in peer["to"]:
            if component in _OPEN_TO[word]:
                rules.append(_rule(who, component, _OPEN_TO[word][component]))
    return {
        "name": names.workload(cluster.name, component),
        "labels": names.object_labels(cluster.name, component),
        "selector": names.pod_selector(cluster.name, component),
        "ingress": rules,
    }


def _rule(who: Row, component: str, ports: tuple[str, ...] | None) -> dict[str, Any]:
    if ports is None:
        return {"from": [dict(who)]}
    numbers = [{"protocol": "TCP", "port": names.PORTS[component][port]} for port in ports]
    return {"from": [dict(who)], "ports": numbers}


def _object(kind: str, name: str, namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
    }
