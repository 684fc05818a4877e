// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend;

/**
 * The executor's main class: Spark's own, but the executor registers with the scheduler under its node's address.
 *
 * <p>Alluxio names its workers by their nodes, Spark on Kubernetes names its executors by their pods, so that the
 * scheduler never finds an executor "on" the host of a block. Here the scheduler learns the node's address, while RPC and
 * shuffle keep the pod's. The Alluxio client gets the node as its own host, so that it knows which worker is near.
 *
 * <p>The node comes in the environment variable {@value #NODE_IP} (the pod's {@code status.hostIP}). Without it, or where
 * Spark's private API is another than the one known here, Spark's own main class runs and one line says why.
 */
public final class NodeHostExecutorBackend {
  static final String NODE_IP = "ALLUXIO_NODE_IP";
  static final String CLIENT_HOSTNAME = "alluxio.user.hostname";

  private NodeHostExecutorBackend() {}

  public static void main(String[] args) throws Throwable {
    String node = System.getenv(NODE_IP);
    if (node == null || node.isEmpty()) {
      runStock(args, "the environment variable " + NODE_IP + " is not set (from the field status.hostIP)");
      return;
    }
    if (System.getProperty(CLIENT_HOSTNAME) == null) {
      System.setProperty(CLIENT_HOSTNAME, node);
    }
    ExecutorApi spark;
    try {
      spark = ExecutorApi.find();
    } catch (ReflectiveOperationException | LinkageError e) {
      runStock(args, "this Spark's private API is not the one known to alluxio-spark-locality: " + e);
      return;
    }
    spark.runExecutor(args, NodeHostExecutorBackend.class.getName(), node);
    System.exit(0);
  }

  private static void runStock(String[] args, String why) {
    // Before Spark has configured it, a logger would keep this to itself.
    System.err.println("WARN NodeHostExecutorBackend: tasks will not be placed by node: " + why);
    KubernetesExecutorBackend.main(args);
  }
}
