// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Hands a document on while it changes, but not more often than once in {@link #INTERVAL_MS}, and once at the end. */
final class Publisher {
  static final long INTERVAL_MS = 2000;

  /** Runs something once, after a while, on a thread of its own. */
  interface Timer {
    void after(long delayMs, Runnable action);
  }

  private final Supplier<String> document;
  private final Consumer<String> target;
  private final Timer timer;
  private final LongSupplier clockMs;
  // Held for moments; the publisher's own lock is held while a document is on its way.
  private final Object state = new Object();
  private boolean scheduled;
  private boolean ended;
  private long earliestMs;

  Publisher(Supplier<String> document, Consumer<String> target, Timer timer, LongSupplier clockMs) {
    this.document = document;
    this.target = target;
    this.timer = timer;
    this.clockMs = clockMs;
    this.earliestMs = clockMs.getAsLong();
  }

  /** Says that the document is another than before; returns at once. */
  void changed() {
    synchronized (state) {
      if (!scheduled && !ended) {
        scheduled = true;
        timer.after(Math.max(0, earliestMs - clockMs.getAsLong()), this::publish);
      }
    }
  }

  /** Hands on the last document, after any that is under way, and nothing afterwards. */
  void end() {
    synchronized (state) {
      ended = true;
    }
    handOn();
  }

  private void publish() {
    synchronized (state) {
      if (ended) {
        return;
      }
      scheduled = false;
      earliestMs = clockMs.getAsLong() + INTERVAL_MS;
    }
    handOn();
  }

  private synchronized void handOn() {
    target.accept(document.get());
  }
}
