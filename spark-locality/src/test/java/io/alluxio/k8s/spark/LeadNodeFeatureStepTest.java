// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LeadNodeFeatureStepTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Pod pod(String json) throws JsonProcessingException {
    return JSON.readValue(json, Pod.class);
  }

  private static List<String> preferred(Pod pod) {
    return pod.getSpec().getAffinity().getNodeAffinity().getPreferredDuringSchedulingIgnoredDuringExecution().stream()
        .map(term -> term.getWeight() + " " + term.getPreference().getMatchExpressions().get(0).getValues())
        .collect(Collectors.toList());
  }

  @Test
  void aPodWithoutAffinityGetsOne() throws JsonProcessingException {
    Pod pod = pod("{\"spec\": {\"containers\": []}}");
    LeadNodeFeatureStep.prefer(pod, "node-1");
    String expected = "{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"preference\":{\"matchExpressions\":"
        + "[{\"key\":\"kubernetes.io/hostname\",\"operator\":\"In\",\"values\":[\"node-1\"]}]},\"weight\":100}]}";
    assertEquals(expected, JSON.writeValueAsString(pod.getSpec().getAffinity().getNodeAffinity()));
  }

  @Test
  void whatTheTemplatePrefersStays() throws JsonProcessingException {
    Pod pod = pod("{\"spec\": {\"affinity\": {\"nodeAffinity\": {\"preferredDuringSchedulingIgnoredDuringExecution\": ["
        + "{\"weight\": 40, \"preference\": {\"matchExpressions\": [{\"key\": \"kubernetes.io/hostname\","
        + " \"operator\": \"In\", \"values\": [\"node-2\", \"node-3\"]}]}}]}}}}");
    LeadNodeFeatureStep.prefer(pod, "node-1");
    assertEquals(List.of("40 [node-2, node-3]", "100 [node-1]"), preferred(pod));
  }

  @Test
  void executorsAreNumberedFromOne() {
    assertEquals("a", LeadNodeFeatureStep.leadNode("a:1,b:1", "1"));
    assertEquals("b", LeadNodeFeatureStep.leadNode("a:1,b:1", "2"));
  }

  @Test
  void withoutAPlanOrANumberThereIsNoLeadNode() {
    assertNull(LeadNodeFeatureStep.leadNode("", "1"));
    assertNull(LeadNodeFeatureStep.leadNode("a:1", "EXECID"));
  }
}
