// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0
package org.apache.ratis.grpc.server;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc.RaftServerProtocolServiceBlockingStub;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc.RaftServerProtocolServiceStub;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelOption;
import org.apache.ratis.util.TimeDuration;

/**
 * How a master reaches another one for the journal. Takes the place of the class of Ratis 2.4.1 (Alluxio 2.9.6), with the same
 * signatures, and differs in two points (docs/decisions/0096): an address that does not answer is given up after seconds
 * and not after 30, and after an error the name is asked for anew.
 */
public class GrpcServerProtocolClient implements Closeable {
  private static final int CONNECT_TIMEOUT_MS = 2000;
  private static final long LEAST_BETWEEN_RESETS_NS = TimeUnit.SECONDS.toNanos(1);

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final RaftServerProtocolServiceBlockingStub blocking;
  private final RaftServerProtocolServiceStub entries;
  private final RaftServerProtocolServiceStub heartbeats;
  private final TimeDuration timeout;
  private final AtomicLong lastResetNs = new AtomicLong(System.nanoTime() - LEAST_BETWEEN_RESETS_NS);

  public GrpcServerProtocolClient(
      RaftPeer peer, int flowControlWindow, TimeDuration timeout, GrpcTlsConfig tls, boolean apart) {
    if (tls != null) {
      throw new IllegalArgumentException("this replacement of a class of Ratis has no TLS; Alluxio 2.9.6 sets none");
    }
    this.timeout = timeout;
    ManagedChannel channel = open(peer, flowControlWindow);
    blocking = RaftServerProtocolServiceGrpc.newBlockingStub(channel);
    entries = RaftServerProtocolServiceGrpc.newStub(channel);
    heartbeats = apart ? RaftServerProtocolServiceGrpc.newStub(open(peer, flowControlWindow)) : entries;
  }

  private ManagedChannel open(RaftPeer peer, int flowControlWindow) {
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget(peer.getAddress());
    builder.usePlaintext();
    builder.disableRetry();
    builder.flowControlWindow(flowControlWindow);
    builder.withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
    ManagedChannel channel = builder.build();
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(GrpcUtil::shutdownManagedChannel);
  }

  public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) {
    return blocking.withDeadlineAfter(timeout.getDuration(), timeout.getUnit()).requestVote(request);
  }

  public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request) {
    return blocking.withDeadlineAfter(timeout.getDuration(), timeout.getUnit()).startLeaderElection(request);
  }

  StreamObserver<AppendEntriesRequestProto> appendEntries(
      StreamObserver<AppendEntriesReplyProto> replies, boolean isHeartbeat) {
    return (isHeartbeat ? heartbeats : entries).appendEntries(replies);
  }

  StreamObserver<InstallSnapshotRequestProto> installSnapshot(StreamObserver<InstallSnapshotReplyProto> replies) {
    return entries.withDeadlineAfter(timeout.getDuration(), timeout.getUnit()).installSnapshot(replies);
  }

  /** Ratis calls this after each error, up to a hundred times a second. The next call asks for the name and connects anew. */
  public void resetConnectBackoff() {
    long last = lastResetNs.get();
    long now = System.nanoTime();
    if (now - last >= LEAST_BETWEEN_RESETS_NS && lastResetNs.compareAndSet(last, now)) {
      channels.forEach(ManagedChannel::enterIdle);
    }
  }
}
