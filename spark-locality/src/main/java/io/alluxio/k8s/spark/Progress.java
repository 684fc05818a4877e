// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The state of an application as its status shows it: counted event by event, read as one JSON document. */
final class Progress {
  /** Of a plan with hundreds of stages a reader wants those that run; an annotation has to stay small. */
  static final int STAGES_SHOWN = 5;
  static final int NAME_LENGTH = 100;

  private static final String LOCAL = "NODE_LOCAL";
  /** Spark calls tasks without a preference PROCESS_LOCAL when it runs them, as it calls those that read their executor's cache. */
  private static final Set<String> NO_PREFERENCE = Set.of("PROCESS_LOCAL", "NO_PREF");

  private final Map<Integer, Stage> active = new TreeMap<>();
  private final Set<String> executors = new HashSet<>();
  private String applicationId = "";
  private int stagesDone;
  private int jobsDone;
  private long localTasks;
  private long remoteTasks;
  private long noPreferenceTasks;
  private long localBytes;
  private long remoteBytes;
  private boolean ended;

  private static final class Stage {
    private final String name;
    private final int total;
    private int done;
    private int failed;

    Stage(String name, int total) {
      this.name = name;
      this.total = total;
    }
  }

  synchronized void applicationStarted(String id) {
    applicationId = id;
  }

  synchronized void executorAdded(String id) {
    executors.add(id);
  }

  synchronized void executorRemoved(String id) {
    executors.remove(id);
  }

  /** A stage, or a further attempt of it, which begins to count anew. */
  synchronized void stageStarted(int id, String name, int tasks) {
    active.put(id, new Stage(name.length() > NAME_LENGTH ? name.substring(0, NAME_LENGTH) : name, tasks));
  }

  synchronized void stageEnded(int id, boolean succeeded) {
    active.remove(id);
    stagesDone += succeeded ? 1 : 0;
  }

  synchronized void jobEnded() {
    jobsDone++;
  }

  synchronized void taskEnded(int stageId, boolean succeeded) {
    Stage stage = active.get(stageId);
    if (stage != null) {
      stage.done += succeeded ? 1 : 0;
      stage.failed += succeeded ? 0 : 1;
    }
  }

  /** Where a task that succeeded ran, seen from its data, and how much it read from there. */
  synchronized void taskRead(String locality, long bytes) {
    if (LOCAL.equals(locality)) {
      localTasks++;
      localBytes += bytes;
    } else if (NO_PREFERENCE.contains(locality)) {
      noPreferenceTasks++;
    } else {
      remoteTasks++;
      remoteBytes += bytes;
    }
  }

  synchronized void applicationEnded() {
    ended = true;
  }

  /** The document that the README describes; sizes are in bytes. */
  synchronized String toJson() {
    Map<String, Object> tasks = new LinkedHashMap<>();
    tasks.put("local", localTasks);
    tasks.put("remote", remoteTasks);
    tasks.put("noPreference", noPreferenceTasks);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("applicationId", applicationId);
    all.put("executors", executors.size());
    all.put("stages",
        active.entrySet().stream().limit(STAGES_SHOWN).map(Progress::stage).collect(Collectors.toList()));
    all.put("stagesDone", stagesDone);
    all.put("jobsDone", jobsDone);
    all.put("tasks", tasks);
    all.put("localBytes", localBytes);
    all.put("remoteBytes", remoteBytes);
    all.put("ended", ended);
    return Json.of(all);
  }

  private static Map<String, Object> stage(Map.Entry<Integer, Stage> entry) {
    Map<String, Object> stage = new LinkedHashMap<>();
    stage.put("id", entry.getKey());
    stage.put("name", entry.getValue().name);
    stage.put("done", entry.getValue().done);
    stage.put("failed", entry.getValue().failed);
    stage.put("total", entry.getValue().total);
    return stage;
  }
}
