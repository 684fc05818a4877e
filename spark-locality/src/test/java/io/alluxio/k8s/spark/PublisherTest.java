// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time passes when the test says so. */
class PublisherTest {
  private final List<String> published = new ArrayList<>();
  private final List<Long> delays = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private long nowMs;
  private int version;

  private final Publisher publisher = new Publisher(
      () -> "version " + version,
      published::add,
      (delayMs, action) -> {
        delays.add(delayMs);
        waiting.add(action);
      },
      () -> nowMs);

  private void change() {
    version++;
    publisher.changed();
  }

  private void timeIsOver() {
    waiting.remove(0).run();
  }

  @Test
  void theFirstChangeGoesOutAtOnceAndTheNextWaits() {
    change();
    timeIsOver();
    nowMs += 500;
    change();
    assertEquals(List.of(0L, 1500L), delays);
    assertEquals(List.of("version 1"), published);
  }

  @Test
  void manyChangesAreOneDocumentAndTheNewest() {
    for (int count = 0; count < 100; count++) {
      change();
    }
    assertEquals(1, waiting.size());
    timeIsOver();
    assertEquals(List.of("version 100"), published);
  }

  @Test
  void withoutAChangeNothingIsScheduled() {
    change();
    timeIsOver();
    assertEquals(0, waiting.size());
  }

  @Test
  void afterALongPauseAChangeGoesOutAtOnce() {
    change();
    timeIsOver();
    nowMs += 60_000;
    change();
    assertEquals(List.of(0L, 0L), delays);
  }

  @Test
  void theEndIsTheLastThatGoesOut() {
    change();
    version = 7;
    publisher.end();
    timeIsOver();
    change();
    assertEquals(List.of("version 7"), published);
    assertEquals(0, waiting.size());
  }
}
