# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the plan of a SparkCluster decides."""

from __future__ import annotations

import copy
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_cluster import plan
from ansible_collections.alluxio.k8s.plugins.module_utils.property_files import parse

SECRETS = ("s-spark-auth", "s-spark-connect")
OBSERVED: dict[str, Any] = {
    "secrets": dict.fromkeys(SECRETS, "uid/1"),
    "cluster": {
        "properties": {"alluxio.master.rpc.addresses": "cache-master-0:19998"},
        "network_policy": None,
    },
    "openshift": False,
    "workloads": [],
    "pods": [],
}


def resource(**spec: Any) -> dict[str, Any]:
    given = {"alluxioCluster": {"name": "cache"}, **spec}
    return {"metadata": {"name": "s", "namespace": "team"}, "spec": given}


def planned(observed: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    found = plan(resource(**spec), observed or OBSERVED, {"worker.sh": "#!/bin/bash\n"})
    assert found["errors"] == []
    return found


def workloads(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"].rpartition("-")[2]: row for row in found["objects"]["workloads"]}


def pods(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: row["template"]["spec"] for name, row in workloads(found).items()}


def properties(found: dict[str, Any], component: str) -> dict[str, str]:
    return parse(found["objects"]["conf_map"]["data"][f"{component}.spark-defaults.conf"])


def hashes(found: dict[str, Any]) -> dict[str, str]:
    return {
        name: row["template"]["metadata"]["annotations"]["alluxio.io/config-hash"]
        for name, row in workloads(found).items()
    }


def test_a_minimal_resource_makes_all_of_it() -> None:
    found = planned()
    kinds = {name: (row["kind"], row["replicas"]) for name, row in workloads(found).items()}
    assert kinds == {
        "master": ("StatefulSet", 1),
        "worker": ("StatefulSet", 2),
        "connect": ("Deployment", 1),
        "history": ("Deployment", 1),
    }
    assert found["addresses"] == {
        "master": "spark://s-spark-master.team:7077",
        "connect": "sc://s-spark-connect.team:15002",
        "history": "http://s-spark-history.team:18080",
    }


def test_it_waits_for_secrets_and_the_alluxio_cluster() -> None:
    observed = {**OBSERVED, "secrets": dict.fromkeys(SECRETS), "cluster": None}
    found = planned(observed)
    assert found["missing_secrets"] == list(SECRETS)
    assert found["objects"] is None
    assert found["waits"][0].startswith("Secrets are being made: s-spark-auth")
    assert "no AlluxioCluster 'cache' in namespace team" in found["waits"][1]


@pytest.mark.parametrize("component", ["connect", "history"])
def test_what_is_not_wanted_is_not_made(component: str) -> None:
    found = planned(**{component: {"enabled": False}})
    assert component not in workloads(found)
    assert not any(component in row["name"] for row in found["objects"]["services"])
    assert component not in found["addresses"]


def test_pods_are_restricted_and_have_a_read_only_root() -> None:
    for pod in pods(planned()).values():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert "runAsUser" not in pod["securityContext"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


def test_no_value_of_a_secret_is_in_a_configuration_or_an_argument() -> None:
    found = planned()
    for pod in pods(found).values():
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            for variable in container["env"]:
                if "SECRET" in variable["name"] or "TOKEN" in variable["name"]:
                    assert set(variable["valueFrom"]) == {"secretKeyRef"}
    assert properties(found, "connect")["spark.authenticate.secret"] == "${env:_SPARK_AUTH_SECRET}"
    for component in ("master", "worker", "history"):
        assert "spark.authenticate.secret" not in properties(found, component)


def test_processes_authenticate_and_nobody_submits_by_rest() -> None:
    found = planned()
    for component in ("master", "worker", "connect"):
        assert properties(found, component)["spark.authenticate"] == "true"
    assert properties(found, "master")["spark.master.rest.enabled"] == "false"


def test_workers_go_to_the_nodes_of_alluxio() -> None:
    affinity = pods(planned())["worker"]["affinity"]["podAffinity"]
    (row,) = affinity["preferredDuringSchedulingIgnoredDuringExecution"]
    assert row["podAffinityTerm"]["namespaces"] == ["team"]
    assert row["podAffinityTerm"]["labelSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "alluxio",
        "app.kubernetes.io/instance": "cache",
        "app.kubernetes.io/component": "worker",
    }


def test_required_and_no_placement() -> None:
    required = pods(planned(workers={"placement": "required"}))["worker"]
    assert "requiredDuringSchedulingIgnoredDuringExecution" in required["affinity"]["podAffinity"]
    off = pods(planned(workers={"placement": "off"}))["worker"]
    assert "affinity" not in off
    names = {variable["name"] for variable in off["containers"][0]["env"]}
    assert "ALLUXIO_NODE_IP" not in names


def test_a_worker_has_room_for_its_executors_python_and_itself() -> None:
    (container,) = pods(planned(workers={"cores": 4, "memory": "10Gi"}))["worker"]["containers"]
    assert container["resources"]["requests"] == {"cpu": "4", "memory": "15232Mi"}
    assert container["args"][-7:-2] == ["--cores", "4", "--memory", "10240M", "--work-dir"]


def test_a_worker_that_goes_has_time_to_hand_over() -> None:
    pod = pods(planned(workers={"decommissionSeconds": 300}))["worker"]
    hook = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert hook == ["/opt/alluxio-spark/decommission.sh", "300"]
    assert pod["terminationGracePeriodSeconds"] == 330


@pytest.mark.parametrize(
    ("edit", "restarted"),
    [
        ({"sparkConf": {"spark.sql.shuffle.partitions": "4"}}, {"connect"}),
        ({"sparkConf": {"spark.worker.timeout": "4"}}, {"worker"}),
        ({"sparkConf": {"spark.deploy.maxExecutorRetries": "4"}}, {"master"}),
        ({"sparkConf": {"spark.history.retainedApplications": "4"}}, {"history"}),
        (
            {"sparkConf": {"spark.network.timeout": "60s"}},
            {"master", "worker", "connect", "history"},
        ),
        (
            {"hadoopConf": {"alluxio.user.metadata.cache.enabled": "true"}},
            {"worker", "connect", "history"},
        ),
        ({"workers": {"replicas": 5}}, set()),
        ({"networkPolicy": {"enabled": False}}, set()),
        ({"ingresses": [{"page": "master", "host": "a.b"}]}, set()),
    ],
)
def test_an_edit_restarts_what_reads_it(edit: dict[str, Any], restarted: set[str]) -> None:
    before, after = hashes(planned()), hashes(planned(**edit))
    assert {name for name in before if before[name] != after[name]} == restarted


def test_a_user_may_say_otherwise_than_a_default_but_not_than_another_field() -> None:
    conf = {"spark.ui.killEnabled": "true", "spark.locality.wait": "3s"}
    found, plain = planned(sparkConf=conf), planned()
    for component in ("master", "worker", "connect", "history"):
        assert properties(plain, component)["spark.ui.killEnabled"] == "false"
        assert properties(found, component)["spark.ui.killEnabled"] == "true"
    assert properties(plain, "connect")["spark.locality.wait"] == "0s"
    assert properties(found, "connect")["spark.locality.wait"] == "3s"


def test_the_logs_of_executors_do_not_grow_for_ever() -> None:
    conf = {"spark.executor.logs.rolling.maxRetainedFiles": "9"}
    found = planned(sparkConf=conf)
    assert properties(found, "worker")["spark.executor.logs.rolling.strategy"] == "size"
    assert properties(found, "worker")["spark.executor.logs.rolling.maxRetainedFiles"] == "9"
    assert hashes(found)["connect"] == hashes(planned())["connect"]


def test_a_new_secret_restarts_whoever_reads_it() -> None:
    observed = copy.deepcopy(OBSERVED)
    observed["secrets"]["s-spark-connect"] = "uid/2"
    before, after = hashes(planned()), hashes(planned(observed))
    assert {name for name in before if before[name] != after[name]} == {"connect"}


def test_the_configuration_of_alluxio_survives_xml() -> None:
    found = planned(hadoopConf={"a.b": "<&>"})
    tree = ElementTree.fromstring(found["objects"]["conf_map"]["data"]["worker.core-site.xml"])
    pairs = {row.findtext("name"): row.findtext("value") for row in tree}
    assert pairs["a.b"] == "<&>"
    assert pairs["alluxio.master.rpc.addresses"] == "cache-master-0:19998"


def test_queries_of_connect_share_the_executors() -> None:
    found = planned()
    pools = ElementTree.fromstring(
        found["objects"]["conf_map"]["data"]["connect.fairscheduler.xml"]
    )
    assert [(pool.get("name"), pool.findtext("schedulingMode")) for pool in pools] == [
        ("default", "FAIR")
    ]
    assert properties(found, "connect")["spark.scheduler.mode"] == "FAIR"
    volume = next(v for v in pods(found)["connect"]["volumes"] if v["name"] == "conf")
    assert "fairscheduler.xml" in {item["path"] for item in volume["configMap"]["items"]}


def policies(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    rows = found["objects"]["policies"]
    return {row["name"].rpartition("-")[2]: row["ingress"] for row in rows}


def test_nobody_comes_in_but_the_services_own_pods() -> None:
    own = [{"from": [{"podSelector": {"matchLabels": {"alluxio.io/spark-cluster": "s"}}}]}]
    assert policies(planned()) == dict.fromkeys(("master", "worker", "connect", "history"), own)
    assert planned(networkPolicy={"enabled": False})["objects"]["policies"] == []


def test_who_is_named_comes_in_where_it_says() -> None:
    peer = {"podSelector": {"matchLabels": {"app": "notebook"}}}
    given = {"allowFrom": [{**peer, "to": ["connect", "applications"]}]}
    found = {name: rules[1:] for name, rules in policies(planned(networkPolicy=given)).items()}
    port = {"protocol": "TCP", "port": 15002}
    assert found["connect"] == [{"from": [peer], "ports": [port]}]
    assert found["master"] == [{"from": [peer], "ports": [{"protocol": "TCP", "port": 7077}]}]
    assert found["worker"] == [{"from": [peer]}]
    assert found["history"] == []


def test_no_page_is_open_to_the_world_by_default() -> None:
    objects = planned()["objects"]
    assert objects["ingresses"] == []
    assert not any("type" in service["spec"] for service in objects["services"])


def ingress(**row: Any) -> dict[str, Any]:
    found = planned(ingresses=[{"page": "history", "host": "h.example.com", **row}])
    (one,) = found["objects"]["ingresses"]
    assert one["name"] == "s-spark-history"
    spec: dict[str, Any] = one["spec"]
    return spec


def test_a_page_is_opened_by_an_ingress() -> None:
    spec = ingress(className="nginx", tls={"secretName": "pair"})
    (rule,) = spec["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert (rule["host"], backend["name"], backend["port"]) == (
        "h.example.com",
        "s-spark-history",
        {"name": "ui"},
    )
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [{"hosts": ["h.example.com"], "secretName": "pair"}]
    assert "tls" not in ingress()
    assert ingress(tls={})["tls"] == [{}]


def test_an_ingress_whose_controller_is_kept_out_is_warned_of() -> None:
    rows = [{"page": "master", "host": "m.example.com"}]
    (warning,) = planned(ingresses=rows)["warnings"]
    assert "to: [ui]" in warning["remedy"]
    let_in = {"allowFrom": [{"namespaceSelector": {}, "to": ["ui"]}]}
    assert planned(ingresses=rows, networkPolicy=let_in)["warnings"] == []
    assert planned(ingresses=rows, networkPolicy={"enabled": False})["warnings"] == []


def test_a_cluster_that_lets_no_application_in_is_warned_of() -> None:
    cluster = {**OBSERVED["cluster"], "network_policy": {"enabled": True}}
    (warning,) = planned({**OBSERVED, "cluster": cluster})["warnings"]
    assert "alluxio.io/spark-cluster" in warning["remedy"]


def test_the_volume_of_a_running_master_cannot_change() -> None:
    claim = {"name": "recovery", "size": "1Gi", "storage_class": "fast", "access_modes": []}
    row = {"name": "s-spark-master", "claim_templates": [claim]}
    observed = {**OBSERVED, "workloads": [row]}
    same = plan(resource(master={"recovery": {"size": "1024Mi"}}), observed)
    assert same["errors"] == []
    larger = plan(resource(master={"recovery": {"size": "2Gi"}}), observed)
    assert [error["field"] for error in larger["errors"]] == ["spec.master.recovery.size"]
    other = plan(resource(master={"recovery": {"storageClassName": "slow"}}), observed)
    assert [e["field"] for e in other["errors"]] == ["spec.master.recovery.storageClassName"]


def test_openshift_chooses_the_group_of_the_volume() -> None:
    assert pods(planned())["master"]["securityContext"]["fsGroup"] == 1000
    pod = pods(planned({**OBSERVED, "openshift": True}))["master"]
    assert "fsGroup" not in pod["securityContext"]


def test_what_goes_with_the_resource() -> None:
    kept = plan(resource(), {**OBSERVED, "pods": [{"name": "s-spark-worker-0"}]})["removal"]
    assert (kept["claims"], kept["event_logs"]) == ([], None)
    assert [row["metadata"]["name"] for row in kept["pods"]] == ["s-spark-worker-0"]
    gone = plan(resource(deletionPolicy="Delete"), None)["removal"]
    assert [row["metadata"]["name"] for row in gone["claims"]] == ["recovery-s-spark-master-0"]
    assert gone["event_logs"] == "/spark-events/team/s"


def test_a_directory_that_the_spec_names_is_not_deleted() -> None:
    spec = {"deletionPolicy": "Delete", "history": {"eventLogs": "/data/of-others"}}
    assert plan(resource(**spec), None)["removal"]["event_logs"] is None


def test_a_template_is_laid_over_the_pod() -> None:
    template = {"spec": {"nodeSelector": {"a": "b"}, "containers": [{"name": "spark", "env": []}]}}
    pod = pods(planned(workers={"podTemplate": template}))["worker"]
    assert pod["nodeSelector"] == {"a": "b"}
    assert pod["containers"][0]["name"] == "spark"
    assert pod["containers"][0]["args"][0] == "/opt/alluxio-spark/worker.sh"
