# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The one file of the core that knows Ansible: a module's ``main`` and what both of its doors
share.

A module of ours is a file with ``ARGUMENT_SPEC``, optionally ``CONSTRAINTS`` (``required_if`` and
its like), and ``run(params, check_mode, diff) -> dict``, which raises AlluxioError when it fails.
It runs as an ordinary module through ``run_module`` below, or inside ansible-playbook's own process
through ``plugin_utils/in_process.py``.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule, env_fallback

from .errors import AlluxioError

Run = Callable[[dict[str, Any], bool, bool], dict[str, Any]]

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

# How to reach Kubernetes; documented by the fragment `alluxio.k8s.kubernetes`.
KUBERNETES_OPTIONS: dict[str, Any] = {
    "kubeconfig": {"type": "path", "fallback": (env_fallback, ["K8S_AUTH_KUBECONFIG"])},
    "context": {"type": "str", "fallback": (env_fallback, ["K8S_AUTH_CONTEXT"])},
}

# Which Alluxio is meant; documented by the fragment `alluxio.k8s.alluxio`, and module_utils/master_access.py.
ALLUXIO_OPTIONS: dict[str, Any] = {
    "cluster": {"type": "str"},
    "namespace": {"type": "str"},
    "masters": {"type": "list", "elements": "str"},
    "user": {"type": "str", "default": "alluxio"},
}
ALLUXIO_CONSTRAINTS: dict[str, Any] = {
    "mutually_exclusive": [("cluster", "masters")],
    "required_one_of": [("cluster", "masters")],
    "required_by": {"cluster": ("namespace",)},
}

# A pipeline and its document; documented by the fragment `alluxio.k8s.pipeline`, checked by pipelines/settings.py.
_LOCALITY = {"type": "str", "choices": ["off", "preferred", "required"]}
_PERSIST = {"type": "str", "choices": ["sync", "async", "through", "none"]}
PIPELINE_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "engine": {"type": "str", "choices": ["argo", "kubeflow", "pachyderm"], "required": True},
    "definition": {"type": "raw"},
    "src": {"type": "path"},
    "root": {"type": "str"},
    "run": {"type": "str"},
    "access": {
        "type": "dict",
        "required": True,
        "options": {
            "mode": {"type": "str", "choices": ["fuse", "s3", "alluxio"], "default": "fuse"},
            "claim": {"type": "str"},
            "mount_path": {"type": "str"},
            "folder": {"type": "str"},
            "alluxio_path": {"type": "str"},
            "endpoint": {"type": "str"},
            "region": {"type": "str"},
            # The names of a Secret and of its keys, no secrets themselves.
            "secret": {"type": "str", "no_log": False},
            "access_key": {"type": "str", "no_log": False},
            "secret_key": {"type": "str", "no_log": False},
            "authority": {"type": "str"},
        },
    },
    "persist": {**_PERSIST, "default": "sync"},
    "mark_success": {"type": "dict", "options": {"image": {"type": "str", "required": True}}},
    "locality": {**_LOCALITY, "default": "off"},
    "stages": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "inputs": {
                "type": "list",
                "elements": "dict",
                "options": {"stage": {"type": "str"}, "path": {"type": "str"}},
            },
            "output": {"type": "dict", "options": {"path": {"type": "str"}, "persist": _PERSIST}},
            "params": {"type": "dict"},
            "locality": _LOCALITY,
            "cleans": {"type": "list", "elements": "str"},
        },
    },
}
PIPELINE_CONSTRAINTS: dict[str, Any] = {
    "mutually_exclusive": [("definition", "src")],
    "required_one_of": [("definition", "src")],
}

# A pipeline's engine; documented by the fragment `alluxio.k8s.pipeline_engine`.
ENGINE_OPTIONS: dict[str, Any] = {
    "engine": {"type": "str", "choices": ["argo", "kubeflow"], "required": True},
    "namespace": {"type": "str"},
    "endpoint": {"type": "str"},
    "token": {"type": "str", "no_log": True},
}
ENGINE_CONSTRAINTS: dict[str, Any] = {
    "required_if": [("engine", "argo", ("namespace",)), ("engine", "kubeflow", ("endpoint",))],
}


class _Module(AnsibleModule):  # type: ignore[misc]
    def _log_invocation(self) -> None:
        """Not to syslog: a list of objects is long, and it may hold a Secret."""


def run_module(argument_spec: dict[str, Any], run: Run, **constraints: Any) -> NoReturn:
    """The ``main`` of every module: validates, runs and answers as Ansible expects, then exits."""
    module = _Module(argument_spec=argument_spec, supports_check_mode=True, **constraints)
    result = outcome(run, module.params, module.check_mode, module._diff)
    result["invocation"] = invocation(module.params)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
    raise AssertionError("exit_json returned")


def outcome(run: Run, params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """The result of ``run``; the one place where an error becomes a failed result."""
    try:
        return {"changed": False, **run(params, check_mode, diff)}
    except AlluxioError as error:
        return error.as_result()
    except Exception as error:
        return {
            "failed": True,
            "msg": f"{type(error).__name__}: {error}: a defect of alluxio.k8s, please report it",
            "exception": traceback.format_exc(),
        }


def invocation(params: Mapping[str, Any]) -> dict[str, Any]:
    """What ``-vvv`` shows of the arguments: all, but never the content of a Secret object."""
    return {"module_args": _without_secret_content(params)}


def _without_secret_content(value: Any) -> Any:
    if isinstance(value, Mapping):
        hidden = ("data", "stringData") if value.get("kind") == "Secret" else ()
        return {k: MASK if k in hidden else _without_secret_content(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_secret_content(item) for item in value]
    return value
