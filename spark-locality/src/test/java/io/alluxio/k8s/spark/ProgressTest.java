// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final Progress progress = new Progress();

  private JsonNode seen() throws JsonProcessingException {
    return new ObjectMapper().readTree(progress.toJson());
  }

  @Test
  void anApplicationFromItsStartToItsEnd() {
    progress.applicationStarted("spark-1");
    progress.executorAdded("1");
    progress.executorAdded("2");
    progress.stageStarted(0, "count at job.py:7", 3);
    progress.taskEnded(0, true);
    progress.taskRead("NODE_LOCAL", 100);
    progress.taskEnded(0, false);
    assertEquals(
        "{\"applicationId\":\"spark-1\",\"executors\":2,"
            + "\"stages\":[{\"id\":0,\"name\":\"count at job.py:7\",\"done\":1,\"failed\":1,\"total\":3}],"
            + "\"stagesDone\":0,\"jobsDone\":0,\"tasks\":{\"local\":1,\"remote\":0,\"noPreference\":0},"
            + "\"localBytes\":100,\"remoteBytes\":0,\"ended\":false}",
        progress.toJson());

    progress.stageEnded(0, true);
    progress.jobEnded();
    progress.executorRemoved("1");
    progress.applicationEnded();
    assertEquals(
        "{\"applicationId\":\"spark-1\",\"executors\":1,\"stages\":[],\"stagesDone\":1,\"jobsDone\":1,"
            + "\"tasks\":{\"local\":1,\"remote\":0,\"noPreference\":0},\"localBytes\":100,\"remoteBytes\":0,\"ended\":true}",
        progress.toJson());
  }

  @Test
  void localityIsAsSparkNamesIt() throws JsonProcessingException {
    progress.taskRead("PROCESS_LOCAL", 1);
    progress.taskRead("NODE_LOCAL", 10);
    progress.taskRead("RACK_LOCAL", 100);
    progress.taskRead("ANY", 1000);
    progress.taskRead("NO_PREF", 10000);
    assertEquals("{\"local\":1,\"remote\":2,\"noPreference\":2}", seen().get("tasks").toString());
    assertEquals(10, seen().get("localBytes").asLong());
    assertEquals(1100, seen().get("remoteBytes").asLong());
  }

  @Test
  void aFailedStageIsNotDoneAndItsNextAttemptCountsAnew() throws JsonProcessingException {
    progress.stageStarted(4, "save", 10);
    progress.taskEnded(4, true);
    progress.stageEnded(4, false);
    progress.stageStarted(4, "save", 9);
    assertEquals(
        "[{\"id\":4,\"name\":\"save\",\"done\":0,\"failed\":0,\"total\":9}]", seen().get("stages").toString());
    assertEquals(0, seen().get("stagesDone").asInt());
  }

  @Test
  void theDocumentStaysSmall() throws JsonProcessingException {
    for (int id = 9; id >= 0; id--) {
      progress.stageStarted(id, "x".repeat(5000), 1);
    }
    assertEquals(Progress.STAGES_SHOWN, seen().get("stages").size());
    assertEquals(0, seen().get("stages").get(0).get("id").asInt());
    assertEquals(Progress.NAME_LENGTH, seen().get("stages").get(0).get("name").asText().length());
  }

  @Test
  void theAnnotationIsAMergePatch() {
    assertEquals(
        "{\"metadata\":{\"annotations\":{\"a/b\":\"{\\\"ended\\\":true}\"}}}", PodAnnotation.patch("a/b", "{\"ended\":true}"));
  }
}
