// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkConf;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerApplicationStart;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the application's progress, with the tasks and bytes that were local, in an annotation of the driver's own pod
 * ({@code spark.extraListeners}).
 *
 * <p>Who looks after the application reads it there: no port has to be open, and it outlives the driver as long as the pod
 * does. A failure to write it is said once and harms nothing else.
 */
public final class ProgressListener extends SparkListener {
  static final String ANNOTATION = "alluxio.io/spark-progress";
  static final String POD = "spark.alluxio.progress.pod";
  static final String NAMESPACE = "spark.alluxio.progress.namespace";

  private static final Logger LOG = LoggerFactory.getLogger(ProgressListener.class);
  private final Progress progress = new Progress();
  private final AtomicBoolean warned = new AtomicBoolean();
  private final PodAnnotation annotation;
  private final ScheduledExecutorService thread;
  private final Publisher publisher;

  /** Called by Spark. */
  public ProgressListener(SparkConf conf) {
    String pod = conf.get(POD, conf.get("spark.kubernetes.driver.pod.name", ""));
    String namespace = conf.get(NAMESPACE, conf.get("spark.kubernetes.namespace", "default"));
    if (pod.isEmpty()) {
      warn("neither " + POD + " nor spark.kubernetes.driver.pod.name names the driver's pod");
    }
    annotation = pod.isEmpty() ? null : new PodAnnotation(namespace, pod, ANNOTATION);
    thread = Executors.newSingleThreadScheduledExecutor(ProgressListener::daemon);
    publisher = new Publisher(
        progress::toJson,
        this::write,
        (delayMs, action) -> thread.schedule(action, delayMs, TimeUnit.MILLISECONDS),
        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  @Override
  public void onApplicationStart(SparkListenerApplicationStart event) {
    progress.applicationStarted(event.appId().isDefined() ? event.appId().get() : "");
    publisher.changed();
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded event) {
    progress.executorAdded(event.executorId());
    publisher.changed();
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
    progress.executorRemoved(event.executorId());
    publisher.changed();
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted event) {
    StageInfo stage = event.stageInfo();
    progress.stageStarted(stage.stageId(), stage.name(), stage.numTasks());
    publisher.changed();
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    boolean succeeded = event.reason() == Success$.MODULE$;
    progress.taskEnded(event.stageId(), succeeded);
    if (succeeded) {
      long bytes = event.taskMetrics() == null ? 0 : event.taskMetrics().inputMetrics().bytesRead();
      progress.taskRead(event.taskInfo().taskLocality().toString(), bytes);
    }
    publisher.changed();
  }

  @Override
  public void onStageCompleted(SparkListenerStageCompleted event) {
    progress.stageEnded(event.stageInfo().stageId(), event.stageInfo().failureReason().isEmpty());
    publisher.changed();
  }

  @Override
  public void onJobEnd(SparkListenerJobEnd event) {
    progress.jobEnded();
    publisher.changed();
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd event) {
    progress.applicationEnded();
    publisher.end();
    thread.shutdownNow();
    if (annotation != null) {
      annotation.close();
    }
  }

  private void write(String document) {
    if (annotation == null) {
      return;
    }
    try {
      annotation.write(document);
    } catch (RuntimeException | LinkageError e) {
      warn(e.toString());
    }
  }

  private void warn(String why) {
    if (warned.compareAndSet(false, true)) {
      LOG.warn("The application's progress is not shown in its status: {}", why);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "alluxio-progress");
    thread.setDaemon(true);
    return thread;
  }
}
