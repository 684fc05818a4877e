# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""FUSE and short circuit: consent of namespaces, what admission would refuse, volumes to delete."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import fuse
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster import (
    plan,
    referred,
)

ENFORCE = "pod-security.kubernetes.io/enforce"
POOL = {"name": "a", "tiers": [{"medium": "MEM", "quota": "1Gi"}]}


def resource(short_circuit: bool = False, **fuse_fields: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "demo", "namespace": "data"},
        "spec": {
            "rootMount": {"uri": "s3://bucket/x"},
            "workers": [{**POOL, "shortCircuit": {"enabled": short_circuit}}],
            "fuse": fuse_fields,
        },
    }


def namespace(enforce: str | None = None, claims_from: str = "") -> dict[str, Any]:
    labels = {ENFORCE: enforce} if enforce else {}
    return {"labels": labels, "annotations": {fuse.CLAIMS_FROM: claims_from}}


def errors(wanted: dict[str, Any], **namespaces: Any) -> list[tuple[str, str]]:
    found = plan(wanted, {"namespaces": namespaces})["errors"]
    return [(error["field"], f"{error['message']}: {error['remedy']}") for error in found]


def claims(*names: tuple[str, str]) -> list[dict[str, str]]:
    return [{"namespace": where, "name": name} for where, name in names]


@pytest.mark.parametrize("standard", ["baseline", "restricted"])
def test_a_namespace_that_refuses_privileges_is_named_with_the_way(standard: str) -> None:
    [(field, text)] = errors(resource(enabled=True), data=namespace(standard))
    assert field == "spec.fuse.enabled"
    assert f"'data' enforces the pod security standard {standard}" in text
    assert f"{ENFORCE}=privileged" in text
    [(field, text)] = errors(resource(short_circuit=True), data=namespace(standard))
    assert field == "spec.workers[0].shortCircuit.enabled"
    assert "hostPath" in text


@pytest.mark.parametrize("found", [namespace("privileged"), namespace(), None])
def test_other_namespaces_are_tried(found: dict[str, Any] | None) -> None:
    assert errors(resource(enabled=True, short_circuit=True), data=found) == []


def test_restricted_namespaces_take_everything_else() -> None:
    assert errors(resource(), data=namespace("restricted")) == []


@pytest.mark.parametrize("consent", ["data", "other,data", "other, data"])
def test_a_namespace_that_agrees_gets_its_claim(consent: str) -> None:
    wanted = resource(enabled=True, claims=claims(("apps", "x"), ("data", "x")))
    assert errors(wanted, apps=namespace(claims_from=consent), data=namespace()) == []


@pytest.mark.parametrize("consent", ["", "dat", "data2", "other"])
def test_a_claim_needs_the_consent_of_its_namespace(consent: str) -> None:
    wanted = resource(enabled=True, claims=claims(("data", "x"), ("apps", "x")))
    [(field, text)] = errors(wanted, apps=namespace(claims_from=consent), data=namespace())
    assert field == "spec.fuse.claims[1].namespace"
    assert "kubectl annotate namespace apps alluxio.io/claims-from=data" in text


def test_a_namespace_that_nobody_sees_gets_no_claim() -> None:
    wanted = resource(enabled=True, claims=claims(("apps", "x")))
    [(field, text)] = errors(wanted, apps=None, data=namespace())
    assert field == "spec.fuse.claims[0].namespace"
    assert "there is no namespace 'apps'" in text


def test_only_namespaces_that_matter_are_looked_at() -> None:
    wanted = claims(("apps", "x"), ("apps", "y"))
    assert referred(resource())["namespaces"] == []
    assert referred(resource(claims=wanted))["namespaces"] == []
    assert referred(resource(short_circuit=True))["namespaces"] == ["data"]
    assert referred(resource(enabled=True, claims=wanted))["namespaces"] == ["apps", "data"]
    broken: dict[str, Any] = {"metadata": None, "spec": {"fuse": [1], "workers": {"a": 1}}}
    assert referred(broken)["namespaces"] == []


def test_options_said_again_replace_ours() -> None:
    assert fuse.mount_options(["ro", "attr_timeout=60"]) == [
        "allow_other",
        "entry_timeout=0",
        "attr_timeout=60",
        "ro",
    ]


def test_volumes_have_names_that_no_other_cluster_has() -> None:
    claim = {"namespace": "apps", "name": "x"}
    first = fuse.volume_name("b-c", "a", claim)
    assert first != fuse.volume_name("c", "a-b", claim)
    assert first == fuse.volume_name("b-c", "a", claim)
    longest = fuse.volume_name("n" * 45, "s" * 63, {"namespace": "t" * 63, "name": "c" * 253})
    assert len(longest) <= 253


def share(volume: str, ours: bool = True, phase: str = "Bound") -> dict[str, Any]:
    row = {"volume": volume, "claim_namespace": "apps", "claim": "x", "claim_is_ours": ours}
    return {**row, "phase": phase}


def test_what_is_no_longer_named_goes_but_never_a_claim_of_others() -> None:
    wanted = resource(enabled=True, claims=claims(("data", "x")))
    keep = fuse.volume_name("demo", "data", {"namespace": "data", "name": "x"})
    shares = [share(keep), share("old"), share("foreign", ours=False)]
    planned = plan(wanted, {"namespaces": {"data": namespace()}, "shares": shares})
    gone = [(one["kind"], one["metadata"]["name"]) for one in planned["surplus_shares"]]
    volume = "PersistentVolume"
    assert gone == [("PersistentVolumeClaim", "x"), (volume, "old"), (volume, "foreign")]
    everything = [one["metadata"]["name"] for one in planned["shares"] if one["kind"] == volume]
    assert everything == [keep, "old", "foreign"]


def test_a_volume_whose_claim_was_deleted_by_hand_is_made_anew() -> None:
    wanted = [{"volume": "kept"}]
    [gone] = fuse.surplus(wanted, {"shares": [share("kept", phase="Released")]})
    assert (gone["kind"], gone["metadata"]["name"]) == ("PersistentVolume", "kept")
    assert fuse.surplus(wanted, {"shares": [share("kept", phase="Available")]}) == []


def test_what_is_to_be_removed_is_known_even_of_an_invalid_resource() -> None:
    planned = plan({**resource(), "spec": {}}, {"shares": [share("old")]})
    assert planned["errors"]
    assert [one["kind"] for one in planned["shares"]] == [
        "PersistentVolumeClaim",
        "PersistentVolume",
    ]


def test_a_pool_with_a_socket_has_the_folder_and_its_own_account() -> None:
    planned = plan(resource(short_circuit=True), {})
    pod = planned["pools"][0]["pod"]
    assert pod["service_account"] == "demo-short-circuit"
    assert {"name": "demo-short-circuit", "annotations": {}} in planned["service_accounts"]
    [volume] = [one for one in pod["volumes"] if "hostPath" in one]
    assert volume["hostPath"]["path"] == "/var/lib/alluxio-k8s/data/demo/domain"
    for container in pod["containers"]:
        assert {"name": "domain", "mountPath": "/opt/domain"} in container["mounts"]
    files = planned["config"]["files"]
    line = "alluxio.worker.data.server.domain.socket.address=/opt/domain\n"
    assert line in files["worker-a.required.properties"]
    assert line not in files["master.required.properties"]


def test_nothing_of_a_node_is_touched_unless_asked_for() -> None:
    planned = plan(resource(), {})
    assert "hostPath" not in str(planned)
    assert [account["name"] for account in planned["service_accounts"]] == ["demo"]
