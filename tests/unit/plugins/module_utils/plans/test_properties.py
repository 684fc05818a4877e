# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Property files: what Java reads back, what is refused, and how large blocks are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import properties
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.memory import GI, MI
from ansible_collections.alluxio.k8s.plugins.module_utils.property_files import parse, render

TESTS = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(TESTS / "bad_input"), str(TESTS / "unit/roles/alluxio_cluster")]
import java_properties  # noqa: E402
from bad_input import LITERALS  # noqa: E402

AWKWARD = [
    *LITERALS,
    "",
    " ",
    "\\",
    "\\\\",
    "\r\n",
    "\f",
    "\x00\x1f\x7f\x80\xff",
    "\u2028",
    "\U0001f511",
    "=",
    ":",
    "#",
    "!",
    "ends with blank ",
]


def test_java_reads_back_what_was_written(tmp_path: Path) -> None:
    by_value = {f"key.{number}": text for number, text in enumerate(AWKWARD)}
    by_key = {text: "value" for text in AWKWARD if text}
    files = {tmp_path / "values": by_value, tmp_path / "keys": by_key}
    for file, content in files.items():
        file.write_text(render(content), "ascii")
    assert java_properties.load(list(files)) == files


@pytest.mark.parametrize("text", AWKWARD)
def test_we_read_back_what_was_written(text: str) -> None:
    assert parse(render({"key": text})) == {"key": text}
    assert parse(render({text: "value"})) == {text: "value"}


def test_the_same_properties_give_the_same_file() -> None:
    assert render({"b": "1", "a": "2"}) == render({"a": "2", "b": "1"})


def test_every_client_fails_over_fast() -> None:
    expected = {
        "alluxio.user.master.polling.concurrent",
        "alluxio.user.master.polling.timeout",
        "alluxio.network.connection.health.check.timeout",
        "alluxio.user.network.rpc.keepalive.timeout",
        "alluxio.user.network.streaming.keepalive.timeout",
        "alluxio.user.rpc.retry.max.duration",
        "alluxio.user.rpc.retry.max.sleep",
    }
    assert expected <= properties.COMMON.keys()


@pytest.mark.parametrize(
    "key",
    [
        "s3a.accessKeyId",
        "s3a.secretKey",
        "aws.accessKeyId",
        "aws.secretKey",
        "fs.oss.accessKeySecret",
        "fs.obs.accessKey",
        "fs.cos.secret.key",
        "fs.gcs.secretAccessKey",
        "fs.swift.password",
        "fs.azure.account.key.acc.blob.core.windows.net",
        "fs.azure.account.oauth2.client.secret",
        "fs.azure.sas.container.account.blob.core.windows.net",
        "alluxio.network.tls.keystore.password",
        "fs.kodo.secretkey",
        "fs.kodo.accesskey",
    ],
)
def test_credentials_belong_into_a_secret(key: str) -> None:
    findings = Findings()
    properties.check_properties({key: "hush"}, "spec.properties", "spec.propertiesFrom", findings)
    [error] = findings.errors
    assert (error["field"], error["value"]) == (f"spec.properties.{key}", None)
    assert "hush" not in str(error)
    assert "spec.propertiesFrom" in error["remedy"]


@pytest.mark.parametrize(
    "key",
    [
        "alluxio.underfs.s3.endpoint",
        "alluxio.user.file.readtype.default",
        "alluxio.security.stale.channel.purge.interval",
        "alluxio.worker.tieredstore.free.ahead.bytes",
        "alluxio.master.metastore.inode.cache.max.size",
        "alluxio.underfs.s3.signer.algorithm",
        "alluxio.master.journal.checkpoint.period.entries",
        "alluxio.web.ui.enabled",
        "fs.gcs.credential.path",
    ],
)
def test_other_properties_pass(key: str) -> None:
    findings = Findings()
    properties.check_properties({key: "x"}, "spec.properties", "spec.propertiesFrom", findings)
    assert findings.errors == []


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("${alluxio.home}/x", True),
        ("${ alluxio.work.dir }", True),
        ("$x {x} $(x) ${x", True),
        ("${x}", False),
        ("a ${x} ${alluxio.home}", False),
        ("${}", False),
    ],
)
def test_references_must_be_to_properties_of_alluxio(value: str, good: bool) -> None:
    findings = Findings()
    properties.check_properties({"a": value}, "spec.properties", "spec.propertiesFrom", findings)
    assert (findings.errors == []) is good


@pytest.mark.parametrize(
    ("top_tier", "block_size"),
    [(8 * MI, 2), (64 * MI, 16), (100 * MI, 16), (255 * MI, 32), (256 * MI, 64), (100 * GI, 64)],
)
def test_blocks_are_well_below_the_top_tier(top_tier: int, block_size: int) -> None:
    assert properties.block_size_default(top_tier) == block_size * MI


@pytest.mark.parametrize(
    ("heap", "tasks"), [(96 * MI, 1), (120 * MI, 2), (GI, 10), (200 * MI, 4), (4 * GI, 10)]
)
def test_a_job_worker_takes_the_tasks_that_its_heap_has_room_for(heap: int, tasks: int) -> None:
    assert properties.job_worker_properties(heap) == {
        "alluxio.job.worker.threadpool.size": str(tasks)
    }


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("64MB", 64 * MI),
        ("64mb", 64 * MI),
        ("1G", GI),
        ("1.5KB", 1536),
        ("100", 100),
        ("5B", 5),
        (" 2 TB ", 2048 * GI),
        ("4Gi", None),
        ("", None),
        ("-1MB", None),
    ],
)
def test_sizes_as_alluxio_writes_them(text: str, size_bytes: int | None) -> None:
    assert properties.parse_alluxio_size(text) == size_bytes


@pytest.mark.parametrize(("value", "good"), [("32MB", True), ("33MB", False), ("big", False)])
def test_a_block_size_of_the_user_must_fit_twice(value: str, good: bool) -> None:
    findings = Findings()
    given = {properties.BLOCK_SIZE: value}
    properties.check_block_size(given, 64 * MI, "spec.properties", findings)
    assert (findings.errors == []) is good
