// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main class in a JVM of its own, where Spark's class of executors is another than it knows. */
class NodeHostExecutorBackendTest {
  private static final String STOCK = "package org.apache.spark.scheduler.cluster.k8s;"
      + "public class KubernetesExecutorBackend {"
      + "  public static class Arguments {}"
      + "  public static void main(String[] args) {"
      + "    System.out.println(String.join(\" \", args) + \" as \" + System.getProperty(\"alluxio.user.hostname\"));"
      + "  }"
      + "}";

  @TempDir Path changedSpark;

  private String out;
  private String err;

  @BeforeEach
  void compile() throws IOException {
    Path source = changedSpark.resolve("KubernetesExecutorBackend.java");
    Files.writeString(source, STOCK);
    assertEquals(0, ToolProvider.getSystemJavaCompiler()
        .run(null, null, null, "-d", changedSpark.toString(), source.toString()));
  }

  private void run(Map<String, String> environment, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", String.join(":", classPath()), NodeHostExecutorBackend.class.getName(), "--cores", "2"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove(NodeHostExecutorBackend.NODE_IP);
    builder.environment().putAll(environment);
    builder.redirectError(changedSpark.resolve("err").toFile());
    Process process = builder.start();
    out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    err = Files.readString(changedSpark.resolve("err"));
    assertEquals(0, process.waitFor(), err);
  }

  private List<String> classPath() {
    List<String> all = List.of(System.getProperty("java.class.path").split(":"));
    List<String> path = new ArrayList<>(List.of(changedSpark.toString()));
    path.addAll(all.stream().filter(jar -> !jar.contains("spark-kubernetes")).collect(Collectors.toList()));
    return path;
  }

  @Test
  void aChangedSparkRunsItsOwnMainClass() throws Exception {
    run(Map.of(NodeHostExecutorBackend.NODE_IP, "10.0.0.1"));
    assertEquals("--cores 2 as 10.0.0.1\n", out);
    assertTrue(err.startsWith("WARN NodeHostExecutorBackend: tasks will not be placed by node: this Spark's"), err);
    assertEquals(1, err.lines().count(), err);
  }

  @Test
  void withoutTheNodeSparksOwnMainClassRuns() throws Exception {
    run(Map.of());
    assertEquals("--cores 2 as null\n", out);
    assertTrue(err.contains("ALLUXIO_NODE_IP is not set"), err);
  }

  @Test
  void theUsersOwnNameForTheClientStays() throws Exception {
    run(Map.of(NodeHostExecutorBackend.NODE_IP, "10.0.0.1"), "-Dalluxio.user.hostname=mine");
    assertEquals("--cores 2 as mine\n", out);
  }
}
