# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""assemble.sh, run for real, and what a real java.util.Properties reads from its result."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.jvm import flags
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.memory import MI, Memory
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.properties import (
    CONF,
    JAVA_SECURITY,
    NAMES_TTL_S,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.property_files import render
from java_properties import load

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = ROOT / "roles/alluxio_cluster/files/assemble.sh"
OPTION = "alluxio.master.mount.table.root.option."

# What a Secret may hold, and what Alluxio must see. Kubernetes hands the bytes on as they are.
SECRET_VALUES: dict[str, tuple[bytes, str]] = {
    "plain": (b"AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    "base64": (b"wJalrXUtnFEMI/K7MDENG+bPxRfi=", "wJalrXUtnFEMI/K7MDENG+bPxRfi="),
    "newline-at-the-end": (b"secret\n", "secret"),
    "windows-newline-at-the-end": (b"secret\r\n", "secret"),
    "only-one-newline-is-cut": (b"secret\n\n", "secret\n"),
    "lines": (b"one\ntwo\n", "one\ntwo"),
    "backslash": (rb"C:\new\u0041", r"C:\new\u0041"),
    "backslash-n-at-the-end": (rb"ends with \n", r"ends with \n"),
    "backslash-at-the-end": (b"end\\", "end\\"),
    "backslash-before-the-newline": (b"end\\\n", "end\\"),
    "specials": (b"#!=:'\"$(HOSTNAME) ${x} `id` {{7*7}}", "#!=:'\"$(HOSTNAME) ${x} `id` {{7*7}}"),
    "blanks-at-both-ends": (b"  two  ", "  two  "),
    "tab-first": (b"\ttab\x0c", "\ttab\f"),
    "umlauts": ("Grüße".encode(), "Grüße"),
    "euro-and-chinese": ("€ 密码".encode(), "€ 密码"),
    "emoji": ("🔑".encode(), "🔑"),
    "control-characters": (b"\x00\x01\x7f", "\x00\x01\x7f"),
    "empty": (b"", ""),
    "only-a-newline": (b"\n", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def pod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pod's folders, after assemble.sh ran for a master and a job master."""
    root = tmp_path_factory.mktemp("pod")
    _config(root, "master", {"a.default": "ours", "user.é": "#1 = !"}, {"a.required": "plan"})
    _config(root, "job-master", {"b.default": "ours"}, {"a.required": "plan"})
    (root / "config/log4j.properties").write_text("log4j.rootLogger=INFO\n")
    (root / "config/java.security").write_text(JAVA_SECURITY)
    secret = {key: given for key, (given, _seen) in SECRET_VALUES.items()}
    _secret(
        root, "properties/00-first", {**secret, "a.default": b"secret", "a.required": b"secret"}
    )
    _secret(root, "properties/01-second", {"plain": b"the later Secret wins"})
    _secret(root, "root-mount/00-s3", {"s3a.accessKeyId": b"key\n", "s3a.secretKey": b"s3cr=t\\"})
    per_pod = ["alluxio.master.hostname=m-0.m.ns.svc", "ipv6=fd00::1", "eq=a=b", "empty="]
    _run(root, "master", *per_pod, "job-master")
    return root


@pytest.fixture(scope="module")
def loaded(pod: Path) -> dict[str, dict[str, str]]:
    files = {
        name: pod / f"conf/{name}/alluxio-site.properties" for name in ("master", "job-master")
    }
    result = load(list(files.values()))
    return {name: result[file] for name, file in files.items()}


@pytest.mark.parametrize("key", [key for key in SECRET_VALUES if key != "plain"])
def test_a_secret_arrives_as_it_is_without_its_last_line_break(
    loaded: dict[str, dict[str, str]], key: str
) -> None:
    assert loaded["master"][key] == SECRET_VALUES[key][1]
    assert loaded["job-master"][key] == SECRET_VALUES[key][1]


def test_secrets_win_over_properties_and_the_plan_over_secrets(
    loaded: dict[str, dict[str, str]],
) -> None:
    master = loaded["master"]
    assert master["a.default"] == "secret"
    assert master["plain"] == "the later Secret wins"
    assert master["a.required"] == "plan"
    assert master["user.é"] == "#1 = !"


def test_only_the_master_gets_the_options_of_the_root_mount(
    loaded: dict[str, dict[str, str]],
) -> None:
    assert loaded["master"][f"{OPTION}s3a.accessKeyId"] == "key"
    assert loaded["master"][f"{OPTION}s3a.secretKey"] == "s3cr=t\\"
    assert not [key for key in loaded["job-master"] if key.startswith(OPTION)]


def test_values_of_the_pod_go_to_their_process(loaded: dict[str, dict[str, str]]) -> None:
    master = loaded["master"]
    assert master["alluxio.master.hostname"] == "m-0.m.ns.svc"
    assert (master["ipv6"], master["eq"], master["empty"]) == ("fd00::1", "a=b", "")
    assert "alluxio.master.hostname" not in loaded["job-master"]


def test_nobody_else_may_read_the_files_and_the_entrypoint_finds_its_own(pod: Path) -> None:
    for name in ("alluxio-site.properties", "alluxio-env.sh", "log4j.properties", "java.security"):
        assert stat.S_IMODE((pod / "conf/master" / name).stat().st_mode) == 0o640
    env = (pod / "conf/master/alluxio-env.sh").read_text().splitlines()
    assert all(line.startswith("#") for line in env)


def test_a_process_forgets_addresses_of_pods(pod: Path, tmp_path: Path) -> None:
    # InetAddressCachePolicy is what java.net.InetAddress asks; gRPC reads the system property.
    source = tmp_path / "NamesTtl.java"
    source.write_text("""
        class NamesTtl {
            public static void main(String[] arguments) {
                System.out.println(sun.net.InetAddressCachePolicy.get());
                System.out.println(sun.net.InetAddressCachePolicy.getNegative());
                System.out.println(Integer.getInteger("networkaddress.cache.ttl"));
            }
        }
    """)
    memory = Memory(64 * MI, 16 * MI, 64 * MI, 0, 144 * MI, 144 * MI)
    given = [flag.replace(CONF, str(pod / "conf/master")) for flag in flags(memory, [])]
    command = ["java", *given, "--add-exports", "java.base/sun.net=ALL-UNNAMED", str(source)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(NAMES_TTL_S)] * 3


def test_a_missing_file_fails_the_start(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    with pytest.raises(subprocess.CalledProcessError):
        _run(tmp_path, "master")


def _config(root: Path, process: str, general: dict[str, str], required: dict[str, str]) -> None:
    folder = root / "config"
    folder.mkdir(exist_ok=True)
    (folder / f"{process}.properties").write_text(render(general), "latin-1")
    (folder / f"{process}.required.properties").write_text(render(required), "latin-1")


def _secret(root: Path, name: str, data: dict[str, bytes]) -> None:
    """A Secret as the kubelet mounts it: links into a hidden folder."""
    folder = root / "secrets" / name
    (folder / "..data").mkdir(parents=True)
    for key, value in data.items():
        (folder / "..data" / key).write_bytes(value)
        (folder / key).symlink_to(Path("..data") / key)


@pytest.mark.parametrize("in_image", [True, False])
@pytest.mark.parametrize("in_config", [True, False])
def test_the_class_path_begins_with_the_jar_unless_the_image_has_it(
    tmp_path: Path, in_image: bool, in_config: bool
) -> None:
    _config(tmp_path, "worker", {}, {})
    (tmp_path / "config/log4j.properties").write_text("")
    (tmp_path / "config/java.security").write_text("")
    (tmp_path / "image/lib").mkdir(parents=True)
    if in_image:
        (tmp_path / "image/lib/alluxio-k8s-patches.jar").write_text("")
    if in_config:
        (tmp_path / "config/patches.jar").write_text("classes")
    _run(tmp_path, "worker", ALLUXIO_HOME=str(tmp_path / "image"))
    jar = tmp_path / "conf/worker/patches.jar"
    shown = subprocess.run(
        ["bash", "-c", f". {jar.parent}/alluxio-env.sh; echo $ALLUXIO_CLASSPATH"],
        env={"ALLUXIO_CLASSPATH": "/other.jar"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    used = in_config and not in_image
    assert shown == (f"{jar}:/other.jar" if used else "/other.jar")
    assert jar.exists() == used


def _run(root: Path, *args: str, **more: str) -> None:
    folders = {"CONFIG": "config", "SECRETS": "secrets", "OUT": "conf"}
    env = {"PATH": "/usr/bin:/bin"} | {key: str(root / name) for key, name in folders.items()}
    env |= more
    subprocess.run(["bash", str(SCRIPT), *args], env=env, check=True, capture_output=True)
