# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The REST API of Kubeflow Pipelines 2: packages go up once, and runs begin.

Source: kfp-server-api 2.17. It was never run against a live Kubeflow.
"""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from .errors import AlluxioError
from .pipelines.runs import Run, kubeflow_run, run_of_kubeflow, version_name

TIMEOUT_S = 30
# Of a package that has been uploaded again and again since, an older one is uploaded once more.
_MOST_VERSIONS = 200
_LONGEST_ANSWER = 64 * 1024 * 1024
_LONGEST_REFUSAL = 500


class KubeflowUnreachable(AlluxioError):
    """Nobody answered at the endpoint, or not in its language."""


class KubeflowRefused(AlluxioError):
    """Kubeflow answered with an error; ``details["status"]`` is that of HTTP."""


class KubeflowApi:
    """One endpoint, as one user. All methods raise KubeflowUnreachable and KubeflowRefused."""

    def __init__(self, endpoint: str, token: str | None) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._token = token
        # A redirection leads to a login page, and urllib would take the token along.
        self._opener = urllib.request.build_opener(_NoRedirection)

    def run(self, run_id: str) -> Run:
        """The run as it is now."""
        return run_of_kubeflow(self._ask("GET", f"/runs/{_quoted(run_id)}"))

    def submit(
        self,
        pipeline: str,
        namespace: str | None,
        text: str,
        parameters: Mapping[str, Any],
        experiment_id: str | None,
    ) -> Run:
        """Uploads the package ``text`` unless the pipeline has that version already, and begins a run of it."""
        version = self._version(pipeline, namespace, text)
        query = {"experiment_id": experiment_id} if experiment_id else {}
        body = kubeflow_run(pipeline, version, parameters)
        return run_of_kubeflow(self._ask("POST", "/runs", query, body))

    def _version(self, pipeline: str, namespace: str | None, text: str) -> dict[str, Any]:
        name = version_name(pipeline, text)
        pipeline_id = self._pipeline_id(pipeline, {"namespace": namespace} if namespace else {})
        for one in self._versions(pipeline_id):
            if name in (one.get("name"), one.get("display_name")):
                return one
        query = {"name": name, "pipelineid": pipeline_id}
        return self._upload("/pipelines/upload_version", query, text)

    def _pipeline_id(self, pipeline: str, where: Mapping[str, str]) -> str:
        """Of the pipeline of that name, which is made when there is none."""
        try:
            found = self._ask("GET", f"/pipelines/names/{_quoted(pipeline)}", where)
        except KubeflowRefused as error:
            if error.details["status"] != 404:
                raise
            body = {"name": pipeline, "display_name": pipeline, **where}
            found = self._ask("POST", "/pipelines", {}, body)
        return str(found["pipeline_id"])

    def _versions(self, pipeline_id: str) -> list[dict[str, Any]]:
        query = {"page_size": str(_MOST_VERSIONS), "sort_by": "created_at desc"}
        answer = self._ask("GET", f"/pipelines/{_quoted(pipeline_id)}/versions", query)
        return list(answer.get("pipeline_versions") or [])

    def _upload(self, path: str, query: Mapping[str, str], text: str) -> dict[str, Any]:
        boundary = secrets.token_hex(16)
        head = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="uploadfile"; filename="pipeline.yaml"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        content = f"{head}{text}\r\n--{boundary}--\r\n".encode()
        return self._send("POST", path, query, content, f"multipart/form-data; boundary={boundary}")

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        return self._send(method, path, query or {}, content, "application/json")

    def _send(
        self, method: str, path: str, query: Mapping[str, str], content: bytes | None, kind: str
    ) -> dict[str, Any]:
        url = f"{self._endpoint}/apis/v2beta1{path}"
        if query:
            url += f"?{urllib.parse.urlencode(query)}"
        headers = {"Accept": "application/json", "Content-Type": kind}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(url, content, headers, method=method)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                found = json.loads(answer.read(_LONGEST_ANSWER))
        except urllib.error.HTTPError as error:
            raise self._refusal(method, path, error) from None
        except ValueError:
            remedy = "give the address of Kubeflow Pipelines' API, such as http://ml-pipeline.kubeflow:8888"
            raise KubeflowUnreachable(f"{self._endpoint} does not answer in JSON", remedy) from None
        except OSError as error:
            why = getattr(error, "reason", None) or error
            remedy = "check endpoint, and that the API server of Kubeflow Pipelines runs"
            raise KubeflowUnreachable(
                f"{self._endpoint} cannot be reached: {why}", remedy
            ) from None
        return dict(found)

    def _refusal(self, method: str, path: str, error: urllib.error.HTTPError) -> KubeflowRefused:
        with error:
            said = error.read(_LONGEST_REFUSAL).decode(errors="replace").strip()
        wants_login = error.code in (301, 302, 303, 307, 308, 401, 403)
        remedy = "give a token that may do this" if wants_login else "see what Kubeflow says"
        message = f"{method} {path}: Kubeflow answers {error.code}: {_message(said)}"
        return KubeflowRefused(message, remedy, status=error.code)


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


def _message(said: str) -> str:
    """The words of an error, which Kubeflow puts into JSON."""
    try:
        found = json.loads(said)
    except ValueError:
        return said
    words = found if isinstance(found, dict) else {}
    return str(words.get("message") or words.get("error_message") or said)
