// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Takes all that a worker was planned to take: direct memory up to its limit, and FILE of BYTES bytes. */
class Fill {
  private static final int PIECE = 1 << 20;

  public static void main(String[] args) throws Exception {
    List<ByteBuffer> direct = new ArrayList<>();
    try {
      while (true) {
        direct.add(ByteBuffer.allocateDirect(PIECE));
      }
    } catch (OutOfMemoryError full) {
      System.out.println("direct " + (long) direct.size() * PIECE);
    }
    // Writes through a buffer of its own: there is no direct memory left for a temporary one.
    ByteBuffer piece = direct.get(0);
    try (FileChannel file = FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long written = 0; written < Long.parseLong(args[1]); written += piece.capacity()) {
        piece.clear();
        file.write(piece);
      }
    }
    System.out.println("file " + Files.size(Path.of(args[0])));
    System.out.println("resident " + residentBytes());
    System.out.println("filled");
    Thread.sleep(Long.MAX_VALUE);
  }

  private static long residentBytes() throws IOException {
    // By java.io, which needs no direct memory.
    try (BufferedReader status = new BufferedReader(new FileReader("/proc/self/status"))) {
      String line = status.readLine();
      while (!line.startsWith("VmRSS:")) {
        line = status.readLine();
      }
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
  }
}
