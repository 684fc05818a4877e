// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.deploy.k8s.KubernetesExecutorConf;
import org.apache.spark.deploy.k8s.SparkPod;
import org.apache.spark.deploy.k8s.features.KubernetesExecutorCustomFeatureConfigStep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each executor a node that it prefers above the others ({@code spark.kubernetes.executor.pod.featureSteps}).
 *
 * <p>A pod template is the same for all executors: alone it would draw them all to the node with the most data. The plan of
 * executors per node is in the configuration {@value #PLAN}, as {@code host:count,host:count}; hosts are values of the
 * label {@value #HOSTNAME}. The node stays a preference: no executor waits for it.
 */
public final class LeadNodeFeatureStep implements KubernetesExecutorCustomFeatureConfigStep {
  static final String PLAN = "spark.alluxio.locality.nodes";
  static final String HOSTNAME = "kubernetes.io/hostname";
  /** The most that Kubernetes allows, so that the lead node counts no less than the node with the most data. */
  static final int WEIGHT = 100;

  private static final Logger LOG = LoggerFactory.getLogger(LeadNodeFeatureStep.class);
  private String leadNode;

  @Override
  public void init(KubernetesExecutorConf conf) {
    try {
      leadNode = leadNode(conf.sparkConf().get(PLAN, ""), conf.executorId());
    } catch (IllegalArgumentException e) {
      // An exception here would be met anew for every executor, and the job would wait for ever.
      LOG.warn("{}: {}; executors get no node of their own", PLAN, e.getMessage());
    }
  }

  @Override
  public SparkPod configurePod(SparkPod pod) {
    if (leadNode != null) {
      prefer(pod.pod(), leadNode);
    }
    return pod;
  }

  /** Null without a plan, and for pods that stand for many executors (allocators that use a StatefulSet). */
  static String leadNode(String plan, String executorId) {
    LeadNodes nodes = LeadNodes.parse(plan);
    boolean numbered = executorId.matches("[1-9][0-9]{0,8}");
    return numbered && !nodes.isEmpty() ? nodes.of(Integer.parseInt(executorId)) : null;
  }

  /** Adds the node to what the pod prefers already. */
  static void prefer(Pod pod, String node) {
    NodeSelectorTerm term = new NodeSelectorTerm();
    term.setMatchExpressions(List.of(new NodeSelectorRequirement(HOSTNAME, "In", List.of(node))));
    NodeAffinity affinity = nodeAffinity(pod);
    List<PreferredSchedulingTerm> preferred = affinity.getPreferredDuringSchedulingIgnoredDuringExecution();
    List<PreferredSchedulingTerm> more = preferred == null ? new ArrayList<>() : new ArrayList<>(preferred);
    more.add(new PreferredSchedulingTerm(term, WEIGHT));
    affinity.setPreferredDuringSchedulingIgnoredDuringExecution(more);
  }

  private static NodeAffinity nodeAffinity(Pod pod) {
    if (pod.getSpec() == null) {
      pod.setSpec(new PodSpec());
    }
    if (pod.getSpec().getAffinity() == null) {
      pod.getSpec().setAffinity(new Affinity());
    }
    Affinity affinity = pod.getSpec().getAffinity();
    if (affinity.getNodeAffinity() == null) {
      affinity.setNodeAffinity(new NodeAffinity());
    }
    return affinity.getNodeAffinity();
  }
}
