// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServerProtocolClient;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.util.TimeDuration;

/**
 * A master asks another for its vote, whose name leads nowhere ("absent"), or to an address that answers nothing, as that of a
 * pod that has gone ("moved"); after some time the name leads to where it is. Prints what becomes of it in the seconds given.
 * Names come from the file jdk.net.hosts.file.
 */
class MovedMaster {
  static final String NAME = "master.example";
  static final String GONE = "127.0.0.2";
  static final String NEW = "127.0.0.1";

  public static void main(String[] args) throws Exception {
    boolean absent = args[0].equals("absent");
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[1]));
    Server server = NettyServerBuilder.forAddress(new InetSocketAddress(NEW, 0)).addService(new Voter()).build().start();
    int port = server.getPort();
    names(absent ? "" : GONE + " " + NAME + "\n");
    List<AutoCloseable> full = answersNothing(port);
    RaftPeer peer = RaftPeer.newBuilder().setId("m").setAddress(NAME + ":" + port).build();
    TimeDuration timeout = TimeDuration.valueOf(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
    GrpcServerProtocolClient client = new GrpcServerProtocolClient(peer, 1 << 20, timeout, null, true);
    Thread mover = new Thread(() -> {
      try {
        Thread.sleep(absent ? 2000 : 500);
        names(NEW + " " + NAME + "\n");
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    mover.start();
    System.out.println(asked(client, deadlineNs) ? "found" : "not found");
    // The threads of what is left open do not matter.
    System.exit(full.isEmpty() ? 1 : 0);
  }

  static boolean asked(GrpcServerProtocolClient client, long deadlineNs) {
    while (System.nanoTime() < deadlineNs) {
      try {
        client.requestVote(RequestVoteRequestProto.getDefaultInstance());
        return true;
      } catch (StatusRuntimeException e) {
        // As Ratis does it after each error.
        client.resetConnectBackoff();
      }
    }
    return false;
  }

  static void names(String text) throws IOException {
    Path file = Path.of(System.getProperty("jdk.net.hosts.file"));
    Path next = file.resolveSibling("next");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** A socket that takes no connection any more: what asks for one hears nothing. */
  static List<AutoCloseable> answersNothing(int port) throws IOException {
    List<AutoCloseable> held = new ArrayList<>();
    held.add(new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 2})));
    while (true) {
      Socket socket = new Socket();
      held.add(socket);
      try {
        socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), port), 300);
      } catch (SocketTimeoutException e) {
        return held;
      }
    }
  }

  static class Voter extends RaftServerProtocolServiceGrpc.RaftServerProtocolServiceImplBase {
    @Override
    public void requestVote(RequestVoteRequestProto request, StreamObserver<RequestVoteReplyProto> reply) {
      reply.onNext(RequestVoteReplyProto.getDefaultInstance());
      reply.onCompleted();
    }
  }
}
