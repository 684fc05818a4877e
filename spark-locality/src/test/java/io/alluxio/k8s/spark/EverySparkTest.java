// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The classes as they are in the jar, compiled once, beside each Spark: those that the POM copies into target/spark, and
 * the one of -Dspark.jars=FOLDER.
 */
class EverySparkTest {
  private static final Path CLASSES = Path.of(System.getProperty("classes"));

  static List<Path> sparks() throws IOException {
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> copied = Files.list(Path.of(System.getProperty("sparks")))) {
      copied.sorted().forEach(folders::add);
    }
    String more = System.getProperty("spark.jars");
    if (!more.isEmpty()) {
      folders.add(Path.of(more));
    }
    return folders;
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().collect(Collectors.toList());
    }
  }

  private static URLClassLoader loader(List<Path> path) throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (Path element : path) {
      urls.add(element.toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  /** What Spark's own loggers are made of; one version for all. */
  private static List<Path> loggers() {
    return Stream.of(System.getProperty("java.class.path").split(":"))
        .filter(jar -> jar.contains("log4j") || jar.contains("slf4j"))
        .map(Path::of)
        .collect(Collectors.toList());
  }

  /** The stand-in of Scala 2.12 (see the POM) names an interface that Scala 2.13 has no more. */
  private static void compileSerializable(Path folder) throws IOException {
    Path source = folder.resolve("Serializable.java");
    Files.writeString(source, "package scala; public interface Serializable extends java.io.Serializable {}");
    assertEquals(0,
        ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", folder.toString(), source.toString()));
  }

  @Test
  void theOldestAndTheNewestAreAmongThem() throws IOException {
    List<String> names = sparks().stream().map(path -> path.getFileName().toString()).collect(Collectors.toList());
    assertTrue(names.containsAll(List.of("3.5.6-scala-2.12", "3.5.6-scala-2.13", "4.2.0")), names.toString());
  }

  @ParameterizedTest
  @MethodSource("sparks")
  void everyMethodAndFieldThatIsUsedIsThere(Path jars) throws IOException {
    try (URLClassLoader spark = loader(files(jars, ".jar"))) {
      References references = new References(spark);
      for (Path file : files(CLASSES, ".class")) {
        references.check(file);
      }
      assertEquals(List.of(), references.missing());
      assertTrue(references.found() > 40, "only " + references.found() + " references were looked for");
    }
  }

  @ParameterizedTest
  @MethodSource("sparks")
  void thePrivateApiOfExecutorsIsThere(Path jars, @TempDir Path more) throws Exception {
    List<Path> path = files(jars, ".jar");
    path.addAll(List.of(CLASSES, more));
    path.addAll(loggers());
    compileSerializable(more);
    try (URLClassLoader spark = loader(path)) {
      for (String name : List.of("find", "findStandalone")) {
        Method find = spark.loadClass(ExecutorApi.class.getName()).getDeclaredMethod(name);
        find.setAccessible(true);
        assertNotEquals(null, find.invoke(null));
      }
    }
  }

  @Test
  void whatASparkLacksIsFound() throws IOException {
    List<Path> withoutKubernetes = files(sparks().get(0), ".jar");
    withoutKubernetes.removeIf(jar -> jar.getFileName().toString().startsWith("spark-kubernetes"));
    try (URLClassLoader spark = loader(withoutKubernetes)) {
      References references = new References(spark);
      references.check(CLASSES.resolve("io/alluxio/k8s/spark/LeadNodeFeatureStep.class"));
      String missing = String.join("\n", references.missing());
      assertTrue(missing.contains("org/apache/spark/deploy/k8s/SparkPod.pod"), missing);
      assertTrue(missing.contains("features/KubernetesExecutorCustomFeatureConfigStep"), missing);
    }
  }
}
