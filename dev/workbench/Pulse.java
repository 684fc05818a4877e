// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

import alluxio.AlluxioURI;
import alluxio.client.file.FileInStream;
import alluxio.client.file.FileOutStream;
import alluxio.client.file.FileSystem;
import alluxio.grpc.CreateFilePOptions;
import alluxio.grpc.FreePOptions;
import alluxio.grpc.WritePType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A client that writes, lists and reads all the time and never forgets what was acknowledged.
 *
 * <p>Prints one JSON object a line: a "slow" operation (longer than SLOW_MS, from its first attempt to its success),
 * an "error" that the Alluxio client gave up on (the operation is tried again, as an application would), a "failed"
 * operation (none of its attempts within GIVE_UP_MS succeeded), a "beat" each second. For each file
 * /tmp/pulse/verify-NAME it frees every cache, reads back all that was acknowledged, and prints "verified".
 */
class Pulse {
  private static final String ROOT = "/pulse";
  private static final int SLOW_MS = 500;
  private static final int GIVE_UP_MS = 120_000;
  private static final int PAUSE_MS = 100;
  private static final int FILES_A_FOLDER = 200;
  private static final int SMALL = 64 << 10;
  private static final int LARGE = 6 << 20;

  private interface Attempt {
    void run() throws Exception;
  }

  private record Written(String path, String sha256, int length) {}

  private static final List<Written> acknowledged = new CopyOnWriteArrayList<>();
  private static final ConcurrentHashMap<String, Integer> done = new ConcurrentHashMap<>();
  private static FileSystem fs;

  public static void main(String[] args) throws Exception {
    fs = FileSystem.Factory.create();
    Path orders = Path.of("/tmp/pulse");
    Files.createDirectories(orders);
    start("write", Pulse::write);
    start("list", Pulse::list);
    start("read", Pulse::read);
    while (true) {
      Thread.sleep(1000);
      print("beat", "\"writes\": %d, \"lists\": %d, \"reads\": %d", count("write"), count("list"), count("read"));
      try (var files = Files.newDirectoryStream(orders, "verify-*")) {
        for (Path order : files) {
          verify(order.getFileName().toString().substring("verify-".length()));
          Files.delete(order);
        }
      }
    }
  }

  private static int count(String operation) {
    return done.getOrDefault(operation, 0);
  }

  private static void start(String operation, Attempt attempt) {
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                perform(operation, attempt);
                pause(PAUSE_MS);
              }
            },
            operation);
    thread.setDaemon(true);
    thread.start();
  }

  /** Tries until it works, as an application that cannot do without does. */
  private static void perform(String operation, Attempt attempt) {
    long start = System.currentTimeMillis();
    int errors = 0;
    while (true) {
      try {
        attempt.run();
        done.merge(operation, 1, Integer::sum);
        long took = System.currentTimeMillis() - start;
        if (took > SLOW_MS || errors > 0) {
          print("slow", "\"operation\": \"%s\", \"began\": %d, \"ms\": %d, \"errors\": %d", operation, start, took, errors);
        }
        return;
      } catch (Exception error) {
        errors++;
        print("error", "\"operation\": \"%s\", \"said\": \"%s\"", operation, words(error));
        if (System.currentTimeMillis() - start > GIVE_UP_MS) {
          print("failed", "\"operation\": \"%s\", \"began\": %d", operation, start);
          return;
        }
        pause(PAUSE_MS);
      }
    }
  }

  private static int names;

  /** Under a new name for each attempt: of one that failed nobody knows how far it came. */
  private static void write() throws Exception {
    int number = names++;
    String path = String.format("%s/%d/%d", ROOT, number / FILES_A_FOLDER, number);
    byte[] bytes = new byte[number % 40 == 39 ? LARGE : SMALL];
    new Random(number).nextBytes(bytes);
    CreateFilePOptions options =
        CreateFilePOptions.newBuilder().setRecursive(true).setWriteType(WritePType.CACHE_THROUGH).build();
    FileOutStream out = fs.createFile(new AlluxioURI(path), options);
    try {
      out.write(bytes);
    } catch (Exception error) {
      out.cancel();
      throw error;
    }
    out.close();
    acknowledged.add(new Written(path, sha256(bytes), bytes.length));
  }

  private static void list() throws Exception {
    if (!acknowledged.isEmpty()) {
      fs.listStatus(new AlluxioURI(ROOT + "/" + (names - 1) / FILES_A_FOLDER).getParent());
      fs.getStatus(new AlluxioURI(acknowledged.get(acknowledged.size() - 1).path()));
    }
  }

  private static void read() throws Exception {
    List<Written> known = acknowledged;
    if (!known.isEmpty()) {
      Written file = known.get(known.size() - 1 - new Random().nextInt(Math.min(known.size(), 100)));
      String found = sha256(content(file.path()));
      if (!found.equals(file.sha256())) {
        print("wrong", "\"path\": \"%s\"", file.path());
      }
    }
  }

  private static void verify(String name) throws Exception {
    List<Written> known = new ArrayList<>(acknowledged);
    long start = System.currentTimeMillis();
    perform("free", () -> fs.free(new AlluxioURI(ROOT), FreePOptions.newBuilder().setRecursive(true).setForced(true).build()));
    // Freeing is a request to the workers, carried out with their next heartbeats.
    pause(3000);
    int lost = 0;
    long bytes = 0;
    long lostBytes = 0;
    for (Written file : known) {
      bytes += file.length();
      try {
        if (!sha256(content(file.path())).equals(file.sha256())) {
          throw new IllegalStateException("the content differs");
        }
      } catch (Exception error) {
        lost++;
        lostBytes += file.length();
        print("lost", "\"path\": \"%s\", \"said\": \"%s\"", file.path(), words(error));
      }
    }
    long took = System.currentTimeMillis() - start;
    print(
        "verified",
        "\"name\": \"%s\", \"files\": %d, \"bytes\": %d, \"lost_files\": %d, \"lost_bytes\": %d, \"ms\": %d",
        name, known.size(), bytes, lost, lostBytes, took);
  }

  private static byte[] content(String path) throws Exception {
    try (FileInStream in = fs.openFile(new AlluxioURI(path))) {
      return in.readAllBytes();
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static String words(Exception error) {
    String text = String.valueOf(error).replaceAll("[\"\\\\\\p{Cntrl}]", " ");
    return text.substring(0, Math.min(300, text.length()));
  }

  private static synchronized void print(String event, String format, Object... values) {
    System.out.printf("{\"at\": %d, \"event\": \"%s\", %s}%n", System.currentTimeMillis(), event, String.format(format, values));
    System.out.flush();
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException ignored) {
      Thread.currentThread().interrupt();
    }
  }
}
