# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What goes over the wire to Kubeflow Pipelines, by a server that answers as kfp-server-api 2.17 describes it."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kubeflow_api import (
    KubeflowApi,
    KubeflowRefused,
    KubeflowUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_runs import submit_package
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.documents import read_documents
from ansible_collections.alluxio.k8s.plugins.modules import pipeline_run, pipeline_run_info
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import run_here

TOKEN = "token-of-a-test"
PACKAGE = [{"pipelineInfo": {"name": "nightly"}}, {"platforms": {"kubernetes": {}}}]


@dataclass
class Kubeflow:
    """What it has: pipelines by name, versions with their text, runs; and what it was asked."""

    pipelines: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    # Instead of what it would answer.
    instead: tuple[int, bytes, dict[str, str]] | None = None

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        parts = path.removeprefix("/apis/v2beta1/").split("/")
        match method, parts:
            case "GET", ["pipelines", "names", name]:
                return self.pipelines.get(name)
            case "POST", ["pipelines"]:
                return self.pipelines.setdefault(body["name"], {**body, "pipeline_id": "p1"})
            case "GET", ["pipelines", "p1", "versions"]:
                return {"pipeline_versions": self.versions}
            case "POST", ["pipelines", "upload_version"]:
                number = f"v{len(self.versions) + 1}"
                made = {"name": query["name"], "pipeline_version_id": number, "text": body}
                self.versions.append({**made, "pipeline_id": query["pipelineid"]})
                return self.versions[-1]
            case "POST", ["runs"]:
                made = {**body, **query, "run_id": f"r{len(self.runs) + 1}", "state": "PENDING"}
                return self.runs.setdefault(made["run_id"], made)
            case "GET", ["runs", run_id]:
                return self.runs.get(run_id)
        raise AssertionError(f"{method} {path} is not in the API")


@pytest.fixture
def kubeflow() -> Kubeflow:
    return Kubeflow()


@pytest.fixture
def endpoint(kubeflow: Kubeflow) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(url.query))
            kubeflow.asked.append((f"{self.command} {url.path}", dict(self.headers)))
            found = kubeflow.answer(self.command, url.path, query, self._body())
            missing = (404, b'{"code": 5, "message": "not found"}', {})
            answer = (200, json.dumps(found).encode(), {}) if found is not None else missing
            status, content, headers = kubeflow.instead or answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def _body(self) -> Any:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers["Content-Type"]
            if not kind.startswith("multipart/form-data"):
                return json.loads(content) if content else None
            (part,) = message_from_bytes(
                f"Content-Type: {kind}\r\n\r\n".encode() + content
            ).get_payload()
            assert part.get_param("name", header="content-disposition") == "uploadfile"
            return part.get_payload(decode=True).decode()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def submit(endpoint: str, package: Any, **parameters: Any) -> Any:
    api = KubeflowApi(endpoint, TOKEN)
    return submit_package(api, package, "nightly", "team", parameters, "e1")


def test_a_package_goes_up_once_and_is_run_each_time(kubeflow: Kubeflow, endpoint: str) -> None:
    first = submit(endpoint, PACKAGE, day=1)
    second = submit(endpoint, PACKAGE)
    assert (first.id, second.id, first.ended) == ("r1", "r2", False)
    assert kubeflow.pipelines["nightly"]["namespace"] == "team"
    (version,) = kubeflow.versions
    assert read_documents(version["text"], "text")[0] == PACKAGE
    reference = {"pipeline_id": "p1", "pipeline_version_id": "v1"}
    assert kubeflow.runs["r1"]["pipeline_version_reference"] == reference
    assert kubeflow.runs["r1"]["runtime_config"] == {"parameters": {"day": 1}}
    assert kubeflow.runs["r1"]["experiment_id"] == "e1"
    assert {headers["Authorization"] for _what, headers in kubeflow.asked} == {f"Bearer {TOKEN}"}


def test_another_package_is_another_version(kubeflow: Kubeflow, endpoint: str) -> None:
    submit(endpoint, PACKAGE)
    submit(endpoint, PACKAGE[:1])
    assert [one["pipeline_version_id"] for one in kubeflow.versions] == ["v1", "v2"]
    assert kubeflow.runs["r2"]["pipeline_version_reference"]["pipeline_version_id"] == "v2"


def test_the_form_for_kubernetes_is_refused(kubeflow: Kubeflow, endpoint: str) -> None:
    with pytest.raises(InvalidValue, match=r"alluxio\.k8s\.resources"):
        submit(endpoint, [{"kind": "Pipeline"}, {"kind": "PipelineVersion"}])
    assert kubeflow.asked == []


@pytest.mark.parametrize(
    ("status", "content", "says"),
    [
        (400, b'{"message": "bad spec"}', "bad spec: see what"),
        (500, b'{"error_message": "no room"}', "no room"),
        (401, b"who are you", "who are you: give a token"),
        (302, b"", "302: : give a token"),
    ],
)
def test_a_refusal_is_told_in_its_words(
    kubeflow: Kubeflow, endpoint: str, status: int, content: bytes, says: str
) -> None:
    elsewhere = {"Location": f"{endpoint}elsewhere"} if status == 302 else {}
    kubeflow.instead = (status, content, elsewhere)
    with pytest.raises(KubeflowRefused) as refused:
        submit(endpoint, PACKAGE)
    assert says in str(refused.value)
    assert refused.value.details["status"] == status
    assert TOKEN not in str(refused.value.as_result())
    assert len(kubeflow.asked) == 1, "nobody follows to another place with the token"


@pytest.mark.parametrize("content", [b"<html>", b""])
def test_a_page_is_no_answer(kubeflow: Kubeflow, endpoint: str, content: bytes) -> None:
    kubeflow.instead = (200, content, {})
    with pytest.raises(KubeflowUnreachable, match="does not answer in JSON: give the address"):
        submit(endpoint, PACKAGE)


def test_nobody_there_is_told_with_the_endpoint() -> None:
    with pytest.raises(KubeflowUnreachable, match=r"http://127\.0\.0\.1:1 cannot be reached"):
        submit("http://127.0.0.1:1", PACKAGE)


def test_the_modules_begin_a_run_and_look_at_it(kubeflow: Kubeflow, endpoint: str) -> None:
    where = {"engine": "kubeflow", "endpoint": endpoint, "token": TOKEN}
    args = {**where, "name": "nightly", "definition": PACKAGE}
    checked = run_here(pipeline_run, args, True, False)
    assert (checked["run"], kubeflow.asked) == (None, [])
    begun = run_here(pipeline_run, args, False, False)
    assert (begun["changed"], begun["run"]["id"]) == (True, "r1")
    kubeflow.runs["r1"] |= {"state": "FAILED", "error": {"message": "exit 3"}}
    look = {**where, "id": "r1", "wait_timeout": 1}
    found = run_here(pipeline_run_info, look, False, False)
    assert found["run"] == {
        "id": "r1",
        "directory": "r1",
        "state": "FAILED",
        "message": "exit 3",
        "ended": True,
        "succeeded": False,
    }
    assert TOKEN not in json.dumps([checked, begun, found])


@pytest.mark.parametrize(
    ("args", "missing"),
    [
        ({"engine": "argo", "id": "a"}, "namespace"),
        ({"engine": "kubeflow", "id": "a"}, "endpoint"),
    ],
)
def test_an_engine_says_what_it_needs(args: dict[str, str], missing: str) -> None:
    refused = run_here(pipeline_run_info, args, False, False)
    assert refused["failed"]
    assert missing in refused["msg"]
