// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Looks for every method and field of others that a class file uses, by name and descriptor as the JVM links them, in the
 * class files of some class path. Nothing of it is loaded: few jars are enough.
 */
final class References {
  private static final String OURS = "io/alluxio/k8s/spark/";

  private final ClassLoader path;
  private final Map<String, ClassNode> read = new HashMap<>();
  private final Set<String> missing = new TreeSet<>();
  private int found;

  References(ClassLoader path) {
    this.path = path;
  }

  void check(Path classFile) throws IOException {
    ClassNode ours = parse(Files.readAllBytes(classFile));
    for (MethodNode method : ours.methods) {
      for (AbstractInsnNode instruction : method.instructions) {
        if (instruction instanceof MethodInsnNode) {
          MethodInsnNode call = (MethodInsnNode) instruction;
          note(call.owner, call.name, call.desc);
        } else if (instruction instanceof FieldInsnNode) {
          FieldInsnNode access = (FieldInsnNode) instruction;
          note(access.owner, access.name, access.desc);
        }
      }
    }
    missing.addAll(leftAbstract(ours));
  }

  /** As {@code owner.name descriptor}, or what a class of ours would have to implement. */
  List<String> missing() {
    return new ArrayList<>(missing);
  }

  int found() {
    return found;
  }

  private void note(String owner, String name, String descriptor) throws IOException {
    if (owner.startsWith(OURS) || owner.startsWith("java/") || owner.startsWith("org/slf4j/")
        || owner.startsWith("com/fasterxml/") || owner.startsWith("[")) {
      return;
    }
    if (isIn(owner, name, descriptor)) {
      found++;
    } else {
      missing.add(owner + "." + name + " " + descriptor);
    }
  }

  private boolean isIn(String owner, String name, String descriptor) throws IOException {
    ClassNode node = find(owner);
    if (node == null) {
      return false;
    }
    Stream<String> methods = node.methods.stream().map(method -> method.name + method.desc);
    Stream<String> fields = node.fields.stream().map((FieldNode field) -> field.name + field.desc);
    if (Stream.concat(methods, fields).anyMatch((name + descriptor)::equals)) {
      return true;
    }
    for (String above : above(node)) {
      if (isIn(above, name, descriptor)) {
        return true;
      }
    }
    return false;
  }

  /** Abstract methods that a class of ours inherits and nobody implements: they would fail when they are called. */
  private List<String> leftAbstract(ClassNode ours) throws IOException {
    Set<String> implemented = new HashSet<>();
    Set<String> demanded = new HashSet<>();
    List<String> unknown = new ArrayList<>();
    if ((ours.access & Opcodes.ACC_ABSTRACT) == 0) {
      collect(ours, implemented, demanded, unknown);
    }
    demanded.removeAll(implemented);
    demanded.forEach(method -> unknown.add(ours.name + " does not implement " + method));
    return unknown;
  }

  private void collect(ClassNode node, Set<String> implemented, Set<String> demanded, List<String> unknown)
      throws IOException {
    for (MethodNode method : node.methods) {
      boolean isAbstract = (method.access & Opcodes.ACC_ABSTRACT) != 0;
      (isAbstract ? demanded : implemented).add(method.name + method.desc);
    }
    for (String above : above(node)) {
      ClassNode parent = above.startsWith("java/") ? null : find(above);
      if (parent != null) {
        collect(parent, implemented, demanded, unknown);
      } else if (!above.startsWith("java/") && !above.startsWith(OURS)) {
        unknown.add(above);
      }
    }
  }

  private static List<String> above(ClassNode node) {
    List<String> names = new ArrayList<>(node.interfaces);
    if (node.superName != null) {
      names.add(node.superName);
    }
    return names;
  }

  private ClassNode find(String name) throws IOException {
    if (!read.containsKey(name)) {
      try (InputStream file = path.getResourceAsStream(name + ".class")) {
        read.put(name, file == null ? null : parse(file.readAllBytes()));
      }
    }
    return read.get(name);
  }

  private static ClassNode parse(byte[] file) {
    ClassNode node = new ClassNode();
    new ClassReader(file).accept(node, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return node;
  }
}
