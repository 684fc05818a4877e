// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeadNodesTest {
  private static String first(String plan, int executors) {
    LeadNodes nodes = LeadNodes.parse(plan);
    return IntStream.rangeClosed(1, executors).mapToObj(nodes::of).collect(Collectors.joining(" "));
  }

  @Test
  void aWholePlanGivesEachNodeItsCount() {
    assertEquals("a b a c b a", first("a:3,b:2,c:1", 6));
  }

  @Test
  void thePartOfAPlanIsSpreadAsTheWhole() {
    assertEquals("a b c a b c", first("a:10,b:10,c:10", 6));
  }

  @Test
  void executorsBeyondThePlanGoRoundAgain() {
    assertEquals("a b a a b a", first("a:2,b:1", 6));
  }

  @Test
  void hostNamesMayHaveDotsAndBlanksAreNoMatter() {
    assertEquals("ip-10-0-0-1.ec2.internal b", first(" ip-10-0-0-1.ec2.internal:1 , b:1,", 2));
  }

  @Test
  void noPlanIsNoError() {
    assertTrue(LeadNodes.parse("").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a:", ":1", "a:0", "a:-1", "a:x", "a:1,a:2", "a:1.5", "a:99999999999"})
  void whatIsNoPlanIsNamed(String plan) {
    String message = assertThrows(IllegalArgumentException.class, () -> LeadNodes.parse(plan)).getMessage();
    String last = plan.substring(plan.indexOf(',') + 1);
    assertTrue(message.startsWith("'" + last + "' is not host:count"), message);
  }
}
