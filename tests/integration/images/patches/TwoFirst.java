// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0
import alluxio.AlluxioURI;
import alluxio.underfs.UfsManager;
import alluxio.underfs.UnderFileSystem;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Two threads ask at the same moment for a file system that nobody used before; prints how often it was closed. */
class TwoFirst {
  public static void main(String[] args) throws Exception {
    AtomicInteger closed = new AtomicInteger();
    UnderFileSystem shared = (UnderFileSystem) Proxy.newProxyInstance(
        TwoFirst.class.getClassLoader(), new Class<?>[] {UnderFileSystem.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("close")) {
            closed.incrementAndGet();
          }
          return null;
        });
    CountDownLatch both = new CountDownLatch(2);
    UfsManager.UfsClient client = new UfsManager.UfsClient(() -> {
      both.countDown();
      try {
        both.await(2, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return shared;
    }, new AlluxioURI("s3://bucket/"));
    Thread other = new Thread(() -> client.acquireUfsResource().close());
    other.start();
    client.acquireUfsResource().close();
    other.join();
    System.out.println("closed " + closed + " times");
    System.exit(0);
  }
}
