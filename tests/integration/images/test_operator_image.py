# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The operator's image: the operator and Ansible start as any user on a read-only root."""

from __future__ import annotations

from collections.abc import Callable

from sandbox import ImageRoot, Sandbox

KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: none
clusters: [{name: none, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: none, user: {}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
"""
PLAY = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: The collection's filter, in process
      ansible.builtin.debug:
        msg: "{{ {'metadata': meta, 'spec': {}} | alluxio.k8s.alluxio_cluster_refers }}"
      vars:
        meta: {name: a, namespace: b}
    - name: A module, by the interpreter of the environment
      ansible.builtin.ping:
"""


def test_the_operator_starts_up_to_the_api_server(
    sandbox: Sandbox, image: Callable[[str], ImageRoot]
) -> None:
    operator = image("alluxio-operator")
    script = f"cat > /tmp/kubeconfig <<'END'\n{KUBECONFIG}END\nexec timeout 6 \"$@\""
    done = sandbox.call(
        operator,
        ["bash", "-c", script, "-", *operator.entrypoint[2:], "--ansible-log-events=Nothing"],
        env={"KUBECONFIG": "/tmp/kubeconfig", "WATCH_NAMESPACE": ""},
    )
    output = (done.stdout + done.stderr).decode()
    assert '"ansible-operator":"v1.42.2"' in output
    assert '"Options.Kind":"AlluxioCluster"' in output
    assert "127.0.0.1:1: connect: connection refused" in output
    assert "denied" not in output


def test_a_play_finds_the_collection(sandbox: Sandbox, image: Callable[[str], ImageRoot]) -> None:
    script = f"cat > /tmp/play.yml <<'END'\n{PLAY}END\nansible-playbook /tmp/play.yml"
    done = sandbox.call(image("alluxio-operator"), ["bash", "-c", script])
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def test_nothing_is_compiled_at_start(sandbox: Sandbox, image: Callable[[str], ImageRoot]) -> None:
    imports = "import ansible.cli.playbook, kubernetes, openshift"
    script = f"python -v -c '{imports}' 2>&1 | grep -c 'could not create'"
    done = sandbox.call(image("alluxio-operator"), ["bash", "-c", script])
    assert done.stdout.strip() == b"0", "modules were compiled because no compiled file was valid"
