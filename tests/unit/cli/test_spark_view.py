# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of an application from its pods and its SparkApplication, and how it is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kubectl_alluxio import spark as verbs
from kubectl_alluxio.spark_display import Plain, sentence
from kubectl_alluxio.spark_view import Application, application, local_share

CREATED = "2026-11-01T10:00:00Z"
PROGRESS = {
    "applicationId": "spark-1",
    "stages": [{"id": 3, "name": "count at a.py:4", "done": 2, "failed": 1, "total": 8}],
    "stagesDone": 2,
    "localBytes": 300,
    "remoteBytes": 100,
}


def pod(
    name: str,
    executor: int | None = None,
    *,
    attempt: int = 1,
    state: dict[str, Any] | None = None,
    phase: str = "Running",
    created: str = CREATED,
    progress: dict[str, Any] | None = None,
) -> dict[str, Any]:
    labels = {"alluxio.io/spark-application": "a", "alluxio.io/attempt": str(attempt)}
    container = "driver"
    if executor:
        labels |= {"spark-role": "executor", "spark-exec-id": str(executor)}
        container = "spark-kubernetes-executor"
    annotations = {"alluxio.io/spark-progress": json.dumps(progress)} if progress else {}
    return {
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": annotations,
            "creationTimestamp": created,
        },
        "spec": {"containers": [{"name": container}], "nodeName": "node-1"},
        "status": {
            "phase": phase,
            "startTime": "2026-11-01T10:00:05Z",
            "containerStatuses": [
                {
                    "name": container,
                    "state": {"running": {}} if state is None else state,
                    "restartCount": 0,
                }
            ],
        },
    }


def ended(code: int) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": "x", "finishedAt": "2026-11-01T10:02:08Z"}}


def resource(status: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    metadata = {"name": "a", "namespace": "n", "creationTimestamp": CREATED}
    return {"metadata": metadata, "spec": spec, "status": status or {}}


def view(found: dict[str, Any] | None, *pods: dict[str, Any]) -> Application:
    return application("a", "n", found, pods)


def test_pods_alone_tell_all_that_matters() -> None:
    seen = view(None, pod("x2", 10), pod("d", progress=PROGRESS), pod("x1", 2, phase="Pending"))
    assert (seen.phase, seen.attempt, seen.application_id) == ("Running", 1, "spark-1")
    assert seen.driver is not None
    assert (seen.driver.name, seen.driver.container, seen.driver.node) == ("d", "driver", "node-1")
    assert [one.executor_id for one in seen.executors] == ["2", "10"]
    assert seen.running_executors == 1
    assert seen.local_share == 0.75
    assert not seen.over


def test_what_the_operator_says_is_told_too() -> None:
    status = {
        "phase": "Failed",
        "applicationId": "spark-2",
        "attempts": [{"number": 2, "exitCode": 7}],
        "driver": {"exitCode": 7},
        "executors": {"requested": 4},
        "error": "no such table",
        "localShare": 0.5,
        "endTime": "2026-11-01T10:03:00Z",
        "notes": ["node-2 is full"],
    }
    seen = view(resource(status))
    assert (seen.phase, seen.attempt, seen.exit_code, seen.error) == (
        "Failed",
        2,
        7,
        "no such table",
    )
    assert (seen.requested, seen.local_share, seen.driver) == (4, 0.5, None)
    assert seen.over


def test_what_it_waits_for_is_told() -> None:
    message = "there is no Secret 's3' in namespace n"
    conditions = [{"type": "Progressing", "status": "True", "message": message}]
    found = resource({"phase": "Pending", "conditions": conditions})
    assert sentence(view(found)) == f"Pending, {message}, 0 executors"
    assert message not in sentence(view(found, pod("d")))


def test_without_an_operator_the_error_is_in_the_drivers_last_words() -> None:
    state = ended(1)
    state["terminated"]["message"] = "Traceback (most recent call last):\nValueError: no sales\n"
    assert view(None, pod("d", phase="Failed", state=state)).error == "ValueError: no sales"


@pytest.mark.parametrize(
    ("status", "pods", "phase"),
    [
        ({}, [], "Pending"),
        ({"phase": "Submitted"}, [pod("d")], "Running"),
        ({"phase": "Pending"}, [pod("d", phase="Pending", state={"waiting": {}})], "Submitted"),
        ({"phase": "Suspended"}, [pod("d")], "Suspended"),
        # Whether another attempt follows is for the operator to say.
        ({"phase": "Running"}, [pod("d", phase="Failed", state=ended(1))], "Running"),
        ({"phase": "Succeeded"}, [pod("d", phase="Succeeded", state=ended(0))], "Succeeded"),
    ],
)
def test_the_pod_is_quicker_than_the_status_but_does_not_judge(
    status: dict[str, Any], pods: list[dict[str, Any]], phase: str
) -> None:
    assert view(resource(status), *pods).phase == phase


@pytest.mark.parametrize(
    ("spec", "code", "over"),
    [
        ({}, 0, True),
        ({}, 3, True),
        ({"restartPolicy": {"type": "OnFailure"}}, 3, False),
        ({"restartPolicy": {"type": "OnFailure"}}, 0, True),
    ],
)
def test_it_is_over_when_nothing_follows(spec: dict[str, Any], code: int, over: bool) -> None:
    found = view(resource({"phase": "Running"}, **spec), pod("d", state=ended(code)))
    assert found.exit_code == code
    assert found.over is over


def test_the_last_attempt_counts_and_pods_of_a_former_application_do_not() -> None:
    seen = view(
        resource({"phase": "Running"}),
        pod("d1", attempt=1, state=ended(1)),
        pod("d2", attempt=2),
        pod("x1", 1, attempt=1),
        pod("old", attempt=9, created="2026-11-01T09:59:59Z"),
    )
    assert seen.driver is not None
    assert (seen.attempt, seen.driver.name, seen.executors) == (2, "d2", [])


def test_uploaded_files_are_known_by_the_spec_or_the_pod() -> None:
    uri = "alluxio:///.spark-uploads/n/a/12ab/x.py"
    assert view(resource(None, mainFile=uri)).uploads
    driver = pod("d")
    driver["spec"]["containers"][0]["args"] = [uri]
    assert view(None, driver).uploads
    assert not view(resource(None, mainFile=uri.replace("/a/", "/ab/"))).uploads


@pytest.mark.parametrize("text", ["", "[1]", "{"])
def test_an_annotation_that_is_no_progress_is_none(text: str) -> None:
    driver = pod("d")
    driver["metadata"]["annotations"] = {"alluxio.io/spark-progress": text}
    assert view(None, driver).progress == {}


def test_nothing_read_is_no_share() -> None:
    assert local_share({"localBytes": 0, "remoteBytes": 0}) is None
    assert local_share({"localBytes": 0, "remoteBytes": 5}) == 0


def test_in_a_pipe_the_log_is_as_it_is_and_news_are_sentences(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    shown = Plain(print)
    shown.state(
        view(None, pod("d", phase="Pending", state={"waiting": {"reason": "ErrImagePull"}}))
    )
    shown.state(view(None, pod("d", progress=PROGRESS), pod("x", 1)))
    shown.line(b"\xff raw\n")
    moved = {**PROGRESS, "stages": [{**PROGRESS["stages"][0], "done": 3}]}  # type: ignore[index]
    shown.state(view(None, pod("d", progress=moved), pod("x", 1)))
    first, second, *rest = capsysbinary.readouterr().out.splitlines()
    assert first.startswith(b"Submitted, ImagePullBackOff: ")
    assert second == (b"Running, 1 executor, 2 stages done, running stage 3 count at a.py:4")
    assert rest == [b"\xff raw"], "the number of tasks alone is no news"


def test_names_of_stages_cannot_steer_the_terminal() -> None:
    stage = {"id": 1, "name": "\x1b[31m", "done": 0, "total": 1}
    text = sentence(view(None, pod("d", progress={"stages": [stage]})))
    assert "\x1b" not in text


def test_status_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    found = resource({"phase": "Failed", "error": "no such table", "executors": {"requested": 2}})
    driver = pod("d", phase="Failed", state=ended(3), progress=PROGRESS)
    verbs.show(view(found, driver, pod("x", 1)))
    lines = capsys.readouterr().out.splitlines()
    assert "Phase         Failed" in lines
    assert "Duration      2m3s" in lines
    assert "Executors     1/2" in lines
    assert "Read locally  75%" in lines
    assert "Exit code     3" in lines
    assert "Error         no such table" in lines
    assert "3 count at a.py:4    2/8       1" in lines


@pytest.mark.parametrize(
    ("span_s", "text"), [(0, "0s"), (59, "59s"), (61, "1m1s"), (3600, "1h"), (90061, "1d1h")]
)
def test_times_are_short(span_s: float, text: str) -> None:
    assert verbs.as_time(span_s) == text
