// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import org.apache.spark.executor.CoarseGrainedExecutorBackend;

/**
 * What {@link NodeHostExecutorBackend} is for executors on Kubernetes, for those of a standalone cluster whose workers are
 * pods: the executor registers with the scheduler under its node's address and keeps the pod's for RPC and shuffle.
 *
 * <p>A standalone worker starts the main class that the driver names, which is Spark's own. The workers' {@code java}
 * (roles/spark_cluster/files) puts this one in its place.
 */
public final class StandaloneExecutorBackend {
  private StandaloneExecutorBackend() {}

  public static void main(String[] args) throws Throwable {
    String node = System.getenv(NodeHostExecutorBackend.NODE_IP);
    if (node == null || node.isEmpty()) {
      runStock(args, "the environment variable " + NodeHostExecutorBackend.NODE_IP + " is not set");
      return;
    }
    if (System.getProperty(NodeHostExecutorBackend.CLIENT_HOSTNAME) == null) {
      System.setProperty(NodeHostExecutorBackend.CLIENT_HOSTNAME, node);
    }
    ExecutorApi spark;
    try {
      spark = ExecutorApi.findStandalone();
    } catch (ReflectiveOperationException | LinkageError e) {
      runStock(args, "this Spark's private API is not the one known to alluxio-spark-locality: " + e);
      return;
    }
    spark.runStandaloneExecutor(args, StandaloneExecutorBackend.class.getName(), node);
    System.exit(0);
  }

  private static void runStock(String[] args, String why) {
    // Before Spark has configured it, a logger would keep this to itself.
    System.err.println("WARN StandaloneExecutorBackend: tasks will not be placed by node: " + why);
    CoarseGrainedExecutorBackend.main(args);
  }
}
