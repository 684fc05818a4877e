# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# The operator's image for production, on the ansible-operator base (UBI 9). From the repository's root:
#
#   ansible-galaxy collection build --force
#   podman build --build-arg COLLECTION=alluxio-k8s-0.1.0.tar.gz --build-arg VERSION=0.1.0 -t alluxio-operator:0.1.0 .
#
# The development cluster's image has the same content on Debian (dev/images); both call build/install-operator.sh.
ARG BASE=quay.io/operator-framework/ansible-operator:v1.42.2

FROM ${BASE} AS python
USER 0
COPY build/install-operator.sh requirements/operator.txt /run/inputs/
RUN /run/inputs/install-operator.sh python /run/inputs/operator.txt

FROM ${BASE}
ARG COLLECTION
ARG VERSION
LABEL name="alluxio-operator" \
      vendor="Alluxio Kubernetes Platform contributors" \
      maintainer="Alluxio Kubernetes Platform contributors" \
      version="${VERSION}" \
      release="1" \
      summary="Runs Alluxio on Kubernetes and OpenShift" \
      description="Reconciles AlluxioCluster: masters, tiered workers, proxies, their storage and their state."
USER 0
COPY LICENSE COPYING /licenses/
COPY --from=python /opt/ansible/venv /opt/ansible/venv
COPY build/install-operator.sh build/ansible.cfg watches.yaml ${COLLECTION} /opt/ansible/inputs/
RUN /opt/ansible/inputs/install-operator.sh collection "/opt/ansible/inputs/${COLLECTION}" \
      /opt/ansible/inputs/watches.yaml /opt/ansible/inputs/ansible.cfg \
 && rm -rf /opt/ansible/inputs /tmp/ansible
ENV PATH=/opt/ansible/venv/bin:${PATH} \
    VIRTUAL_ENV=/opt/ansible/venv
USER 1001
