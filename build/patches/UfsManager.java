// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0
package alluxio.underfs;

import alluxio.AlluxioURI;
import alluxio.metrics.MetricsSystem;
import alluxio.resource.CloseableResource;
import com.codahale.metrics.Counter;
import java.util.function.Supplier;

/**
 * Only the nested class is used (dev/generate_patches.py): it takes the place of the one of Alluxio 2.9.6, with the same
 * signatures. There, of two threads that ask at the same moment for a file system that nobody used before, the second
 * closes what it got, which is the one that both share: its threads end, and every later write through this process fails
 * with RejectedExecutionException (docs/decisions/0095).
 */
interface UfsManager {
  class UfsClient {
    private final Supplier<UnderFileSystem> supplier;
    private final AlluxioURI mountPoint;
    private final Counter sessions;
    private volatile UnderFileSystem shared;

    public UfsClient(Supplier<UnderFileSystem> supplier, AlluxioURI mountPoint) {
      this.supplier = supplier;
      this.mountPoint = mountPoint;
      sessions = MetricsSystem.counter("UfsSessionCount-Ufs:" + MetricsSystem.escape(mountPoint));
    }

    public CloseableResource<UnderFileSystem> acquireUfsResource() {
      UnderFileSystem ufs = connected();
      sessions.inc();
      return new CloseableResource<UnderFileSystem>(ufs) {
        @Override
        public void closeResource() {
          sessions.dec();
        }
      };
    }

    public AlluxioURI getUfsMountPointUri() {
      return mountPoint;
    }

    private UnderFileSystem connected() {
      if (shared == null) {
        synchronized (this) {
          if (shared == null) {
            shared = supplier.get();
          }
        }
      }
      return shared;
    }
  }
}
