# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands around an AlluxioCluster in the demo and the tests: namespace, S3 server, operator, the sample itself."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import jinja2
import yaml

from workbench import cluster as clusters
from workbench.cluster import ROOT, Cluster, image, wait_for

S3_TEMPLATE = Path(__file__).parent / "s3.yaml.j2"
OPERATOR = "alluxio-operator"
# Looked for by the tests in every place where no credential may be.
SECRET_KEY = "development-secret"


def namespace(name: str) -> dict[str, Any]:
    """A namespace that enforces the restricted pod security standard."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def s3_server(name: str) -> list[dict[str, Any]]:
    """A real S3 server with one bucket on a claim, and the Secret that Alluxio reads, in namespace `name`."""
    template = jinja2.Template(S3_TEMPLATE.read_text(), undefined=jinja2.StrictUndefined)
    text = template.render(space=name, secret_key=SECRET_KEY, s3_image=image("s3"))
    return list(yaml.safe_load_all(text))


def rollout(cluster: Cluster, space: str, workload: str, timeout_s: int = 120) -> None:
    """Waits until a Deployment is rolled out."""
    cluster.kubectl("-n", space, "rollout", "status", workload, f"--timeout={timeout_s}s")


def play(
    cluster: Cluster,
    name: str,
    *args: str,
    variables: dict[str, Any] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Runs one of the collection's playbooks as a user would; raises with its output when it fails."""
    command = ["ansible-playbook", f"alluxio.k8s.{name}", *args]
    if variables is not None:
        # JSON is YAML, and -e takes it as one literal argument.
        command += ["-e", yaml.safe_dump(variables, default_flow_style=True, width=10**9)]
    environment = {
        **os.environ,
        "KUBECONFIG": cluster.kubeconfig,
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed:\n{done.stdout}\n{done.stderr}")
    return done


def install_operator(cluster: Cluster) -> None:
    """Installs the operator by the collection's own playbook and waits for it."""
    play(cluster, "operator", variables={"operator_image": image("alluxio-operator")})
    if cluster.is_development and runs_another_image(cluster, clusters.built("alluxio-operator")):
        # The tag is the same for every build: Kubernetes sees nothing to do.
        cluster.kubectl("-n", OPERATOR, "rollout", "restart", f"deployment/{OPERATOR}")
        rollout(cluster, OPERATOR, f"deployment/{OPERATOR}")


def runs_another_image(cluster: Cluster, archive: Path) -> bool:
    """Whether a pod of the operator runs another image than that of the archive (their configurations' digests)."""
    with tarfile.open(archive) as tar:

        def read(name: str) -> Any:
            member = tar.extractfile(name)
            assert member is not None
            return json.load(member)

        manifest = read("index.json")["manifests"][0]["digest"]
        wanted = read(f"blobs/{manifest.replace(':', '/')}")["config"]["digest"]
    pods = cluster.get("-n", OPERATOR, "pods", "-l", f"app.kubernetes.io/name={OPERATOR}")["items"]
    return any(
        status["imageID"] != wanted
        for pod in pods
        for status in pod["status"]["containerStatuses"]
        if not pod["metadata"].get("deletionTimestamp")
    )


def sample(name: str, space: str) -> dict[str, Any]:
    """The development sample (config/samples/dev.yaml) under another name, in another namespace."""
    document = yaml.safe_load(
        Path(ROOT, "config/samples/dev.yaml").read_text().replace("NAMESPACE", space)
    )
    cr: dict[str, Any] = copy.deepcopy(document)
    cr["metadata"].update(name=name, namespace=space)
    repository, _, tag = image("alluxio").rpartition(":")
    cr["spec"]["image"] = {"repository": repository, "tag": tag}
    return cr


def wait_for_phase(
    cluster: Cluster,
    space: str,
    name: str,
    phase: str,
    timeout_s: float,
    kind: str = "alluxiocluster",
) -> dict[str, Any]:
    """Waits until status.phase is `phase` for the newest generation; returns the object."""

    def probe() -> dict[str, Any] | None:
        found: dict[str, Any] | None = cluster.find("-n", space, kind, name)
        status = (found or {}).get("status", {})
        ready = status.get("phase") == phase
        newest = (
            found is not None
            and status.get("observedGeneration") == found["metadata"]["generation"]
        )
        return found if ready and newest else None

    found: dict[str, Any] = wait_for(f"{kind} {space}/{name} in phase {phase}", probe, timeout_s)
    return found
