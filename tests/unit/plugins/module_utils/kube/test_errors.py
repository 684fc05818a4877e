# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The API server's answers, in its own words, as errors of ours."""

from __future__ import annotations

import json

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import errors


def status(message: str, reason: str = "Forbidden", **details: object) -> str:
    return json.dumps({"kind": "Status", "message": message, "reason": reason, "details": details})


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            'secrets "s3" is forbidden: User "system:serviceaccount:a:b" cannot get resource'
            ' "secrets" in API group "" in the namespace "data"',
            "system:serviceaccount:a:b may not get secrets in namespace data",
        ),
        (
            'x is forbidden: User "u" cannot list resource "customresourcedefinitions"'
            ' in API group "apiextensions.k8s.io" at the cluster scope',
            "u may not list customresourcedefinitions.apiextensions.k8s.io at cluster scope",
        ),
    ],
)
@pytest.mark.parametrize("hide_values", [False, True])
def test_a_missing_permission(message: str, words: str, hide_values: bool) -> None:
    error = errors.from_answer(403, status(message), "GET x", hide_values=hide_values)
    assert isinstance(error, errors.Forbidden)
    assert words in str(error)
    assert "grant it the verb" in error.remedy


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        (
            'pods "x" is forbidden: violates PodSecurity "restricted:latest": host namespaces',
            "policy or quota",
        ),
        ('pods "x" is forbidden: exceeded quota: q, requested: pods=1', "policy or quota"),
        (
            'configmaps "x" is forbidden: unable to create new content in namespace n because it is'
            " being terminated",
            "wait until the namespace is gone",
        ),
    ],
)
def test_admission_is_no_missing_permission(message: str, remedy: str) -> None:
    error = errors.from_answer(403, status(message), "APPLY Pod n/x")
    assert isinstance(error, errors.Refused)
    assert message in str(error)
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("http_status", "error"),
    [
        (0, errors.NotReachable),
        (401, errors.Unauthorized),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (422, errors.InvalidObject),
        (500, errors.KubernetesError),
    ],
)
@pytest.mark.parametrize("body", ["", b"not json", None, "[]", status("words", "X")])
def test_every_answer_becomes_an_error_with_a_remedy(
    http_status: int, error: type, body: object
) -> None:
    made = errors.from_answer(http_status, body, "GET ConfigMap n/x")
    assert made.__class__ is error
    assert "GET ConfigMap n/x" in str(made)
    assert made.remedy


def test_causes_name_field_and_value() -> None:
    causes = [
        {
            "field": "spec.ports[0].port",
            "message": "Invalid value: 70000: must be between 1 and 65535",
        }
    ]
    error = errors.from_answer(
        422, status("long text", "Invalid", causes=causes), "APPLY Service n/s"
    )
    assert str(error).startswith(
        "APPLY Service n/s is refused: spec.ports[0].port: Invalid value: 70000"
    )
    assert error.details["causes"] == causes


def test_an_immutable_field_has_another_remedy() -> None:
    causes = [
        {
            "field": "spec",
            "message": "Forbidden: updates to statefulset spec for fields other than ...",
        }
    ]
    error = errors.from_answer(422, status("x", "Invalid", causes=causes), "APPLY StatefulSet n/s")
    assert "cannot change this in place" in str(error)


@pytest.mark.parametrize("http_status", [400, 403, 422, 500])
def test_a_secrets_words_are_not_repeated(http_status: int) -> None:
    causes = [{"field": "data.key", "message": 'Invalid value: "hush"'}]
    body = status(
        'Secret "s" is invalid: "hush"', "Invalid" if http_status == 422 else "X", causes=causes
    )
    error = errors.from_answer(http_status, body, "APPLY Secret n/s", hide_values=True)
    assert "hush" not in json.dumps(error.as_result())


def test_a_404_without_details_is_about_the_path() -> None:
    assert errors.is_about_an_object(status("x", "NotFound", name="a", kind="pods"))
    assert not errors.is_about_an_object(b"404 page not found\n")
    assert not errors.is_about_an_object(
        status("the server could not find the requested resource", "NotFound")
    )
