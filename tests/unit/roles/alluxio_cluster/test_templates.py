# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The templates: literal, restricted, whole, and without the defects of Alluxio's helm chart (named
D1 to D17).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rendering import ROLE, ROOT, render

sys.path.insert(0, str(ROOT / "tests/bad_input"))
from bad_input import LITERALS

Object = dict[str, Any]

SAMPLES = sorted((ROOT / "config/samples").glob("*.yaml"))
TEMPLATES = sorted((ROLE / "templates").glob("*.j2"))
# In a property, ${x} belongs to Alluxio.
PROPERTY_LITERALS = [literal for literal in LITERALS if "${" not in literal]
# What a flag of the JVM can hold: the launch scripts split words.
FLAGS = [f"-Dx={literal}" for literal in LITERALS if not re.search(r"\s", literal)]


def samples() -> dict[str, Object]:
    return {path.stem: {**yaml.safe_load(path.read_text())} for path in SAMPLES}


def awkward() -> Object:
    """A resource with every awkward string in every free string."""
    strings = {f"key-{number}": literal for number, literal in enumerate(LITERALS)}
    values = {f"key-{number}": literal for number, literal in enumerate(PROPERTY_LITERALS)}
    env = [{"name": f"V{number}", "value": literal} for number, literal in enumerate(LITERALS)]
    process = {
        "properties": {**values, **dict.fromkeys(LITERALS, "x")},
        "env": env,
        "jvmOptions": FLAGS,
    }
    pod = {
        "podAnnotations": strings,
        "tolerations": [{"key": "k", "operator": "Equal", "value": text} for text in LITERALS],
        "volumes": [
            {
                "name": "extra",
                "configMap": {
                    "name": "x",
                    "items": [{"key": text, "path": "p"} for text in LITERALS],
                },
            }
        ],
    }
    return {
        "metadata": {"name": "awkward", "namespace": "ns"},
        "spec": {
            "properties": values,
            "rootMount": {"uri": "s3://{{7*7}}/$(HOSTNAME)", "options": values},
            "masters": {**process, **pod, "jobMaster": process},
            "workers": [
                {"name": "w", "tiers": [{"medium": "MEM", "quota": "1Gi"}], **process, **pod}
            ],
            "proxy": {**process, **pod, "service": {"annotations": strings}},
            "serviceAccount": {"annotations": strings},
            "hostAliases": [{"ip": "10.0.0.1", "hostnames": LITERALS}],
            "fuse": {
                "enabled": True,
                **process,
                "podAnnotations": strings,
                "tolerations": pod["tolerations"],
            },
        },
    }


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Object]]:
    resources = {**samples(), "awkward": awkward(), "openshift": samples()["tiers"]}
    for resource in resources.values():
        resource["metadata"] = {**resource["metadata"], "namespace": "ns"}
    folder = tmp_path_factory.mktemp("render")
    return render(resources, folder, {"openshift": {"openshift": True}})


NAMES = [*(path.stem for path in SAMPLES), "awkward", "openshift"]
every_cluster = pytest.mark.parametrize("name", NAMES)


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [one for one in objects if one["kind"] in kinds]


def configuration(objects: list[Object]) -> Object:
    """The ConfigMap of the processes; the other one is for applications."""
    [config] = [
        one for one in of_kind(objects, "ConfigMap") if one["metadata"]["name"].endswith("-config")
    ]
    return config


def workloads(objects: list[Object]) -> list[Object]:
    return of_kind(objects, "StatefulSet", "Deployment", "DaemonSet")


def needs_more(workload: Object) -> bool:
    """Whether its pods need more than the restricted standard, and so have their own account."""
    account = workload["spec"]["template"]["spec"]["serviceAccountName"]
    return bool(account.endswith(("-fuse", "-short-circuit")))


def containers(workload: Object) -> Iterator[Object]:
    pod = workload["spec"]["template"]["spec"]
    yield from pod["initContainers"]
    yield from pod["containers"]


def environment(container: Object) -> dict[str, str]:
    return {one["name"]: expanded(one["value"]) for one in container["env"] if "value" in one}


def expanded(text: str) -> str:
    """What the kubelet makes of the text: k8s.io/kubernetes/third_party/forked/golang/expansion."""
    return re.sub(r"\$(\$|\(([^)]*)\))?", _expand, text)


def _expand(match: re.Match[str]) -> str:
    if match[1] == "$":
        return "$"
    return f"<expanded {match[2]}>" if match[2] is not None else "$"


# --- the sources ---


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_value_goes_through_to_json(template: Path) -> None:
    expressions = re.findall(r"\{\{(.*?)\}\}", template.read_text())
    assert all(expression.endswith(" | alluxio.k8s.to_json ") for expression in expressions)
    for expression in expressions:
        bare = re.sub(r"'[^']*'", "", expression)
        assert not re.search(r"[+*/~%-]| if ", bare), f"a decision in a template: {expression}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_conditions_are_one_level_deep(template: Path) -> None:
    depth = 0
    for word in re.findall(r"\{%-?\s*(if|endif)\b", template.read_text()):
        depth += 1 if word == "if" else -1
        assert depth <= 1
    assert depth == 0


# --- the objects ---


@every_cluster
def test_objects_have_names_labels_and_the_namespace(
    rendered: dict[str, list[Object]], name: str
) -> None:
    objects = rendered[name]
    assert len(objects) >= 11
    identities = [(one["kind"], one["metadata"]["name"]) for one in objects]
    assert len(set(identities)) == len(identities)
    for one in objects:
        labels = one["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "alluxio.k8s"
        if "alluxio.io/fuse-of" in labels:
            continue
        assert one["metadata"]["namespace"] == "ns"
        components = ("master", "worker", "proxy", "fuse", "config")
        assert labels["app.kubernetes.io/component"] in components


@every_cluster
def test_pods_are_restricted(rendered: dict[str, list[Object]], name: str) -> None:
    for workload in workloads(rendered[name]):
        if needs_more(workload):
            continue
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert "runAsUser" not in pod["securityContext"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for volume in pod["volumes"]:
            assert volume.keys() - {"name"} <= {"configMap", "emptyDir", "secret"}
        for container in containers(workload):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert not [port for port in container.get("ports", ()) if "hostPort" in port]


def test_only_fuse_is_privileged_and_only_folders_of_ours_are_mounted(
    rendered: dict[str, list[Object]],
) -> None:
    more = [workload for workload in workloads(rendered["fuse"]) if needs_more(workload)]
    assert [one["kind"] for one in more] == ["StatefulSet", "DaemonSet"]
    for workload in more:
        pod = workload["spec"]["template"]["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert pod["automountServiceAccountToken"] is False
        paths = [one["hostPath"]["path"] for one in pod["volumes"] if "hostPath" in one]
        assert paths
        assert all(path.startswith("/var/lib/alluxio-k8s/ns/files/") for path in paths)
        privileged = [
            container["name"]
            for container in containers(workload)
            if container["securityContext"].get("privileged")
        ]
        assert privileged == (["fuse"] if workload["kind"] == "DaemonSet" else [])
        as_root = [
            container["name"]
            for container in containers(workload)
            if container["securityContext"].get("runAsUser") == 0
        ]
        assert as_root == ([] if workload["kind"] == "DaemonSet" else ["domain-folder"])
        for container in containers(workload):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_a_claim_and_its_volume_name_each_other(rendered: dict[str, list[Object]]) -> None:
    [volume] = of_kind(rendered["fuse"], "PersistentVolume")
    [claim] = of_kind(rendered["fuse"], "PersistentVolumeClaim")
    assert "namespace" not in volume["metadata"]
    assert volume["spec"]["claimRef"]["name"] == claim["metadata"]["name"] == "alluxio"
    assert volume["spec"]["claimRef"]["namespace"] == claim["metadata"]["namespace"] == "notebooks"
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
    assert volume["spec"]["hostPath"] == {
        "path": "/var/lib/alluxio-k8s/ns/files/fuse/share",
        "type": "Directory",
    }
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_openshift_chooses_the_groups_itself(rendered: dict[str, list[Object]]) -> None:
    for workload in workloads(rendered["openshift"]):
        context = workload["spec"]["template"]["spec"]["securityContext"]
        assert context.keys() == {"runAsNonRoot", "seccompProfile"}


@every_cluster
def test_every_mount_has_its_volume_d2_d6(rendered: dict[str, list[Object]], name: str) -> None:
    for workload in workloads(rendered[name]):
        volumes = [one["name"] for one in workload["spec"]["template"]["spec"]["volumes"]]
        claims = workload["spec"].get("volumeClaimTemplates", [])
        volumes += [claim["metadata"]["name"] for claim in claims]
        assert len(volumes) == len(set(volumes))
        for container in containers(workload):
            mounts = container["volumeMounts"]
            assert {mount["name"] for mount in mounts} <= set(volumes)
            paths = [mount["mountPath"] for mount in mounts]
            assert len(paths) == len(set(paths))


@every_cluster
def test_selectors_find_their_pods_and_services_exist(
    rendered: dict[str, list[Object]], name: str
) -> None:
    services = {one["metadata"]["name"]: one for one in of_kind(rendered[name], "Service")}
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in workloads(rendered[name])]
    for workload in workloads(rendered[name]):
        labels = workload["spec"]["template"]["metadata"]["labels"]
        assert workload["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert not [key for key in workload["spec"]["selector"]["matchLabels"] if "version" in key]
    others = of_kind(rendered[name], "PodDisruptionBudget", "NetworkPolicy")
    for one in [*services.values(), *others]:
        selector = one["spec"].get("selector") or one["spec"]["podSelector"]
        selector = selector.get("matchLabels", selector)
        assert [labels for labels in pods if selector.items() <= labels.items()]
    for stateful_set in of_kind(rendered[name], "StatefulSet"):
        service = services[stateful_set["spec"]["serviceName"]]
        assert service["spec"]["clusterIP"] == "None"
        assert service["spec"]["publishNotReadyAddresses"] is True
        assert stateful_set["spec"]["podManagementPolicy"] == "Parallel"


@every_cluster
def test_labels_of_claims_never_change(rendered: dict[str, list[Object]], name: str) -> None:
    for stateful_set in of_kind(rendered[name], "StatefulSet"):
        for claim in stateful_set["spec"]["volumeClaimTemplates"]:
            assert "app.kubernetes.io/version" not in claim["metadata"]["labels"]
            assert "app.kubernetes.io/component" in claim["metadata"]["labels"]


@every_cluster
def test_nothing_is_ever_formatted_d1(rendered: dict[str, list[Object]], name: str) -> None:
    assert "format" not in json.dumps(workloads(rendered[name])).replace("--no-format", "").lower()
    for workload in workloads(rendered[name]):
        for container in containers(workload):
            if container["name"] in ("master", "worker"):
                assert container["args"] == [f"{container['name']}-only", "--no-format"]


@every_cluster
def test_the_jvm_has_its_sizes_and_they_fit_d5_d14(
    rendered: dict[str, list[Object]], name: str
) -> None:
    for workload in workloads(rendered[name]):
        pod = workload["spec"]["template"]["spec"]
        mem = [one["emptyDir"] for one in pod["volumes"] if one["name"] == "tier-mem"]
        for container in pod["containers"]:
            [options] = [
                value for key, value in environment(container).items() if key.endswith("_JAVA_OPTS")
            ]
            heap, direct = _flag(options, "-Xmx"), _flag(options, "-XX:MaxDirectMemorySize=")
            limit = container["resources"]["limits"]["memory"]
            tier = mem[0]["sizeLimit"] if mem and container["name"] == "worker" else "0Mi"
            assert heap + direct + 100 * 1024**2 + _bytes(tier) <= _bytes(limit)
            assert "-Dio.netty.maxDirectMemory=0" in options
            assert _bytes(container["resources"]["requests"]["memory"]) <= _bytes(limit)


def _flag(options: str, flag: str) -> int:
    match = re.search(re.escape(flag) + r"(\d+)([mk])", options)
    assert match, f"{flag} is missing in {options}"
    return int(match[1]) * {"m": 1024**2, "k": 1024}[match[2]]


def _bytes(quantity: str) -> int:
    return int(quantity[:-2]) * {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}[quantity[-2:]]


@every_cluster
def test_masters_may_take_hours_to_start(rendered: dict[str, list[Object]], name: str) -> None:
    [masters] = [
        one for one in workloads(rendered[name]) if one["metadata"]["name"].endswith("-master")
    ]
    for container in masters["spec"]["template"]["spec"]["containers"]:
        startup = container["startupProbe"]
        assert startup["periodSeconds"] * startup["failureThreshold"] >= 2 * 3600
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["tcpSocket"]["port"] in (19200, 20003)
    affinity = masters["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]
    assert affinity.keys() == {"preferredDuringSchedulingIgnoredDuringExecution"}


def test_addresses_of_masters_d4(rendered: dict[str, list[Object]]) -> None:
    config = configuration(rendered["s3"])
    for file, text in config["data"].items():
        if not file.endswith(".required.properties"):
            continue
        lines = dict(line.split("=", 1) for line in text.splitlines())
        addresses = lines["alluxio.master.embedded.journal.addresses"].split(",")
        assert addresses == [f"s3-master-{n}.s3-master.ns.svc:19200" for n in range(3)]
        assert len(lines["alluxio.job.master.rpc.addresses"].split(",")) == 3


def test_each_pool_is_a_stateful_set_with_claims_of_its_own_d8_d9(
    rendered: dict[str, list[Object]],
) -> None:
    sets = {
        one["metadata"]["name"]: one["spec"] for one in of_kind(rendered["tiers"], "StatefulSet")
    }
    fast, cold = sets["tiers-worker-fast"], sets["tiers-worker-cold"]
    assert (fast["replicas"], cold["replicas"]) == (3, 2)
    names = [claim["metadata"]["name"] for claim in fast["volumeClaimTemplates"]]
    assert names == ["tier-ssd", "tier-hdd"]
    classes = [claim["spec"]["storageClassName"] for claim in fast["volumeClaimTemplates"]]
    assert classes == ["nvme", "disks"]
    in_memory = [
        one for one in fast["template"]["spec"]["volumes"] if one.get("emptyDir", {}).get("medium")
    ]
    assert [one["name"] for one in in_memory] == ["conf", "tier-mem"]
    for pool in (fast, cold):
        [term] = pool["template"]["spec"]["affinity"]["podAntiAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"
        ]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        assert "alluxio.io/pool" not in term["labelSelector"]["matchLabels"]


def test_a_change_of_configuration_restarts_pods_d10(rendered: dict[str, list[Object]]) -> None:
    for workload in workloads(rendered["s3"]):
        annotations = workload["spec"]["template"]["metadata"]["annotations"]
        assert re.fullmatch("[0-9a-f]{16}", annotations["alluxio.io/config-hash"])


def test_secrets_are_mounted_where_the_configuration_is_made_and_nowhere_else_d13(
    rendered: dict[str, list[Object]],
) -> None:
    for workload in workloads(rendered["s3"]):
        pod = workload["spec"]["template"]["spec"]
        secrets = {one["name"]: one["secret"] for one in pod["volumes"] if "secret" in one}
        is_master = workload["metadata"]["name"] == "s3-master"
        assert [one["secretName"] for one in secrets.values()] == ["s3-credentials"] * is_master
        for container in pod["containers"]:
            assert not {mount["name"] for mount in container["volumeMounts"]} & secrets.keys()
            assert not [one for one in container["env"] if "valueFrom" in one]
        [configuration] = pod["initContainers"]
        seen = [one["mountPath"] for one in configuration["volumeMounts"] if one["name"] in secrets]
        assert seen == ["/secrets/root-mount/00"] * is_master


@every_cluster
def test_data_outlives_a_statefulset_whatever_the_policy(
    rendered: dict[str, list[Object]], name: str
) -> None:
    for stateful_set in of_kind(rendered[name], "StatefulSet"):
        policy = stateful_set["spec"]["persistentVolumeClaimRetentionPolicy"]
        assert policy == {"whenDeleted": "Retain", "whenScaled": "Retain"}


# --- literal strings ---


def test_environment_and_flags_are_literal(rendered: dict[str, list[Object]]) -> None:
    for workload in workloads(rendered["awkward"]):
        for container in workload["spec"]["template"]["spec"]["containers"]:
            env = environment(container)
            if container["name"] == "job-worker":
                continue
            assert [env[f"V{number}"] for number in range(len(LITERALS))] == LITERALS
            [options] = [value for key, value in env.items() if key.endswith("_JAVA_OPTS")]
            assert options.endswith(" ".join(FLAGS))


def test_metadata_and_passed_through_fields_are_literal(rendered: dict[str, list[Object]]) -> None:
    expected = {f"key-{number}": literal for number, literal in enumerate(LITERALS)}
    objects = rendered["awkward"]
    for account in of_kind(objects, "ServiceAccount"):
        assert account["metadata"]["annotations"] == expected
    [service] = [
        one for one in of_kind(objects, "Service") if one["metadata"]["name"] == "awkward-proxy"
    ]
    assert service["metadata"]["annotations"] == expected
    for workload in workloads(objects):
        template = workload["spec"]["template"]
        assert expected.items() <= template["metadata"]["annotations"].items()
        assert [one["value"] for one in template["spec"]["tolerations"]] == LITERALS
        assert template["spec"]["hostAliases"][0]["hostnames"] == LITERALS
        if workload["kind"] == "DaemonSet":
            continue
        [extra] = [one for one in template["spec"]["volumes"] if one["name"] == "extra"]
        assert [one["key"] for one in extra["configMap"]["items"]] == LITERALS


def test_properties_are_literal(rendered: dict[str, list[Object]], tmp_path: Path) -> None:
    from java_properties import load

    config = configuration(rendered["awkward"])
    files = {name: tmp_path / name for name in config["data"] if name.endswith(".properties")}
    for name, file in files.items():
        file.write_text(config["data"][name], "ascii")
    loaded = load(list(files.values()))
    expected = {f"key-{number}": literal for number, literal in enumerate(PROPERTY_LITERALS)}
    for name in (
        "master.properties",
        "job-master.properties",
        "worker-w.properties",
        "proxy.properties",
    ):
        assert expected.items() <= loaded[files[name]].items()
        assert dict.fromkeys(LITERALS, "x").items() <= loaded[files[name]].items()
    root = "alluxio.master.mount.table.root."
    required = loaded[files["master.required.properties"]]
    assert required[f"{root}ufs"] == "s3://{{7*7}}/$(HOSTNAME)"
    assert {
        f"{root}option.{key}": value for key, value in expected.items()
    }.items() <= required.items()


def test_arguments_expand_only_what_is_ours(rendered: dict[str, list[Object]]) -> None:
    for workload in workloads(rendered["awkward"]):
        for container in containers(workload):
            names = re.findall(r"\$\((\w+)\)", " ".join(container.get("args", ())))
            assert set(names) <= {"POD_NAME", "POD_IP", "HOST_IP"}


def test_the_script_arrives_as_it_is(rendered: dict[str, list[Object]]) -> None:
    config = configuration(rendered["minimal"])
    assert config["data"]["assemble.sh"] == (ROLE / "files/assemble.sh").read_text()
    assert "fuse.sh" not in config["data"]
    jar = "".join((ROLE / "files/patches.jar.b64").read_text().split())
    assert config["binaryData"] == {"patches.jar": jar}
    config = configuration(rendered["fuse"])
    assert config["data"]["fuse.sh"] == (ROLE / "files/fuse.sh").read_text()


def test_applications_get_the_masters_and_the_settings_that_find_a_new_leader(
    rendered: dict[str, list[Object]],
) -> None:
    [client] = [
        one
        for one in of_kind(rendered["s3"], "ConfigMap")
        if one["metadata"]["name"].endswith("-client")
    ]
    properties = client["data"]["alluxio-site.properties"]
    assert "alluxio.master.rpc.addresses=" in properties
    assert "alluxio.user.master.polling.concurrent=true" in properties
    assert "embedded.journal" not in properties
    assert "accessKey" not in properties
