# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# `make` alone lists the targets. CLUSTER=current uses the cluster of your kubeconfig instead of the development cluster.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CACHE := $(or $(ALLUXIO_K8S_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/alluxio-k8s)
# Each recipe line runs inside the development environment, which is made when it is missing.
IN_VENV = venv=$$(dev/venv) && export PATH="$$venv/bin:$$PATH" VIRTUAL_ENV="$$venv" \
	PYTHONPATH="$(CACHE)/collections" ANSIBLE_COLLECTIONS_PATH="$(CACHE)/collections" &&

.PHONY: help setup demo demo-down test test-unit test-all lint images benchmark lock

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: ## make the development environment (done by the other targets when needed)
	@dev/venv

demo: ## set up and show the main job: Alluxio with tiers on Kubernetes, by the operator
	@$(IN_VENV) python dev/demo.py up

demo-down: ## remove what `make demo` made
	@$(IN_VENV) python dev/demo.py down

test: ## every capability once, on real parts (PART=name[,name] for some of it)
	@$(IN_VENV) python tests/run.py $(if $(PART),--part $(PART))

test-unit: ## the tests that need nothing, in under a minute
	@$(IN_VENV) python tests/run.py --part unit

test-all: ## every named case too (PART=name[,name] for some of it)
	@$(IN_VENV) python tests/run.py --wide --keep-going $(if $(PART),--part $(PART))

lint: ## ruff, black, mypy, shellcheck, yamllint, ansible-lint
	@$(IN_VENV) dev/lint

images: ## build the images of the development cluster
	@$(IN_VENV) dev/build

benchmark: ## measure, beside a peer (NAME=one of benchmarks/README.md)
	@$(IN_VENV) PYTHONPATH="$$PYTHONPATH:dev" python benchmarks/$(or $(NAME),$(error say NAME=, one of benchmarks/README.md)).py

lock: ## compile requirements/*.in into pinned lists
	@$(IN_VENV) for name in dev kfp operator spark_connect; do \
	  uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url requirements/$$name.in -o requirements/$$name.txt; done
