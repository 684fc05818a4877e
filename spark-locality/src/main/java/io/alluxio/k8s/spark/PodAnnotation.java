// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;

/** One annotation of a pod, written by a merge patch with the identity of the process (its ServiceAccount). */
final class PodAnnotation implements AutoCloseable {
  /** For each request; the end of an application waits for one. */
  private static final int TIMEOUT_MS = 5000;

  private final String namespace;
  private final String pod;
  private final String annotation;
  private KubernetesClient client;

  PodAnnotation(String namespace, String pod, String annotation) {
    this.namespace = namespace;
    this.pod = pod;
    this.annotation = annotation;
  }

  /** Needs the verb patch on pods. Throws KubernetesClientException. */
  synchronized void write(String value) {
    if (client == null) {
      client = new KubernetesClientBuilder().withConfig(config()).build();
    }
    client.pods().inNamespace(namespace).withName(pod)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch(annotation, value));
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
  }

  static String patch(String annotation, String value) {
    return Json.of(Map.of("metadata", Map.of("annotations", Map.of(annotation, value))));
  }

  private static Config config() {
    return new ConfigBuilder(Config.autoConfigure(null))
        .withRequestTimeout(TIMEOUT_MS)
        .withConnectionTimeout(TIMEOUT_MS)
        .withRequestRetryBackoffLimit(1)
        .build();
  }
}
