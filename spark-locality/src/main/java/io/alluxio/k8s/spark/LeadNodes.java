// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which node is meant for which executor: from {@code host:count,host:count}, the plan of executors per node. */
final class LeadNodes {
  private final List<String> order;

  private LeadNodes(List<String> order) {
    this.order = Collections.unmodifiableList(order);
  }

  /**
   * @param plan as {@code node-1:3,node-2:1}; empty for no plan
   * @throws IllegalArgumentException naming the part that is not {@code host:count} with a count of at least 1
   */
  static LeadNodes parse(String plan) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (String part : plan.split(",")) {
      if (!part.trim().isEmpty()) {
        add(counts, part.trim());
      }
    }
    return new LeadNodes(inTurn(counts));
  }

  /** The lead node of the executor with this number (from 1); the plan is gone through again and again. */
  String of(int executor) {
    return order.get((executor - 1) % order.size());
  }

  boolean isEmpty() {
    return order.isEmpty();
  }

  private static void add(Map<String, Integer> counts, String part) {
    int colon = part.lastIndexOf(':');
    int count = colon > 0 ? count(part.substring(colon + 1)) : 0;
    if (count < 1 || counts.putIfAbsent(part.substring(0, colon), count) != null) {
      throw new IllegalArgumentException(
          "'" + part + "' is not host:count, with each host once and a count of at least 1, as in node-1:3,node-2:1");
    }
  }

  private static int count(String text) {
    return text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
  }

  /**
   * The hosts by highest averages: the first executors of a plan that is not used up (dynamic allocation) are spread as
   * the whole of it. On ties the host with fewer of them, then the one that is named first.
   */
  private static List<String> inTurn(Map<String, Integer> counts) {
    Map<String, Integer> given = new LinkedHashMap<>();
    counts.keySet().forEach(host -> given.put(host, 0));
    Comparator<String> byAverage = Comparator.comparingDouble(host -> counts.get(host) / (given.get(host) + 1.0));
    Comparator<String> firstToServe = byAverage.thenComparing(host -> -given.get(host));
    List<String> order = new ArrayList<>();
    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
    while (order.size() < all) {
      // Of equals, max() would take the last.
      String next = counts.keySet().stream().reduce((one, other) -> firstToServe.compare(other, one) > 0 ? other : one).get();
      given.merge(next, 1, Integer::sum);
      order.add(next);
    }
    return order;
  }
}
