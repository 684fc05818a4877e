#!/bin/bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what makes the operator, in two steps that image builders keep in layers of their own. The production
# Dockerfile and the development image (dev/images) both call it, so that both get the same content:
#
#   install-operator.sh python REQUIREMENTS            the pinned Python packages, into /opt/ansible/venv
#   install-operator.sh collection TARBALL WATCHES CFG the collection, watches.yaml, Ansible's configuration
#
# pip takes its settings from the environment as usual (PIP_NO_INDEX and PIP_FIND_LINKS for a machine without network).
set -euo pipefail

home=/opt/ansible
venv=$home/venv

# The root file system is read-only later: without compiled files each start of ansible-playbook would compile anew.
# Unchecked hashes, because an image builder may set the times of files to anything.
compile() {
  "$venv/bin/python" -m compileall -q -f --invalidation-mode unchecked-hash "$@"
}

# Any user of group 0 may run the operator, as OpenShift assigns user ids.
open_to_group() {
  chgrp -R 0 "$@"
  chmod -R g=u "$@"
}

install_python() {
  local requirements=$1
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-cache-dir \
    --require-hashes --requirement "$requirements"
  "$venv/bin/python" -m pip uninstall --quiet --yes pip setuptools
  # A second, asynchronous client inside the Kubernetes package: a third of all that is installed, used by nothing here.
  rm -rf "$venv"/lib/python3*/site-packages/kubernetes/aio
  compile "$venv/lib"
  open_to_group "$venv"
}

install_collection() {
  local tarball=$1 watches=$2 configuration=$3
  "$venv/bin/ansible-galaxy" collection install --offline --no-deps --collections-path "$home/.ansible/collections" \
    "$tarball"
  install -m 0644 "$watches" "$home/watches.yaml"
  # Read as ~/.ansible.cfg: a configuration in the working folder would be ignored where that is world-writable.
  install -m 0644 "$configuration" "$home/.ansible.cfg"
  compile "$home/.ansible/collections"
  open_to_group "$home/.ansible" "$home/watches.yaml" "$home/.ansible.cfg"
}

case ${1:-} in
  python) install_python "$2" ;;
  collection) install_collection "$2" "$3" "$4" ;;
  *)
    sed -n '/^#   install/s/^# *//p' "$0" >&2
    exit 1
    ;;
esac
