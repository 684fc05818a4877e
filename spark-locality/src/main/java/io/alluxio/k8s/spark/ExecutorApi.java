// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package io.alluxio.k8s.spark;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.spark.SparkEnv;
import org.apache.spark.executor.CoarseGrainedExecutorBackend;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend;
import scala.Function4;
import scala.Function5;
import scala.Option;

/**
 * What {@link NodeHostExecutorBackend} and {@link StandaloneExecutorBackend} use of Spark's {@code private[spark]} API.
 *
 * <p>All of it is looked up before anything starts: a Spark that has changed it is noticed while Spark's own main class
 * can still take over, and not by an error in the middle of an executor. The signatures are those of Spark 3.5 to 4.3.
 */
final class ExecutorApi {
  private final MethodHandle parseArguments;
  private final MethodHandle run;
  private final MethodHandle newBackend;
  private final MethodHandle driverUrl;
  private final MethodHandle bindAddress;
  private final MethodHandle cores;
  private final MethodHandle resourcesFile;

  /** {@code creator} is the function type by which Spark's main class has a backend made. */
  private ExecutorApi(MethodHandles.Lookup lookup, Class<?> main, Class<?> arguments, Class<?> creator)
      throws ReflectiveOperationException {
    parseArguments = lookup.findStatic(main, "parseArguments",
        MethodType.methodType(arguments, String[].class, String.class));
    run = lookup.findStatic(main, "run", MethodType.methodType(void.class, arguments, creator));
    newBackend = lookup.findConstructor(CoarseGrainedExecutorBackend.class,
        MethodType.methodType(void.class, RpcEnv.class, String.class, String.class, String.class, String.class, int.class,
            SparkEnv.class, Option.class, ResourceProfile.class));
    driverUrl = lookup.findVirtual(arguments, "driverUrl", MethodType.methodType(String.class));
    bindAddress = lookup.findVirtual(arguments, "bindAddress", MethodType.methodType(String.class));
    cores = lookup.findVirtual(arguments, "cores", MethodType.methodType(int.class));
    resourcesFile = lookup.findVirtual(arguments, "resourcesFileOpt", MethodType.methodType(Option.class));
  }

  /**
   * That of executors on Kubernetes.
   *
   * @throws ReflectiveOperationException when this Spark has no such method
   * @throws LinkageError when it has no such class
   */
  static ExecutorApi find() throws ReflectiveOperationException {
    return new ExecutorApi(MethodHandles.publicLookup(), KubernetesExecutorBackend.class,
        KubernetesExecutorBackend.Arguments.class, Function5.class);
  }

  /**
   * That of executors of a standalone cluster.
   *
   * @throws ReflectiveOperationException when this Spark has no such method
   * @throws LinkageError when it has no such class
   */
  static ExecutorApi findStandalone() throws ReflectiveOperationException {
    return new ExecutorApi(MethodHandles.publicLookup(), CoarseGrainedExecutorBackend.class,
        CoarseGrainedExecutorBackend.Arguments.class, Function4.class);
  }

  /** Runs an executor until it ends; only its name in the scheduler, {@code host}, is ours. */
  void runExecutor(String[] args, String mainClass, String host) throws Throwable {
    Function5<RpcEnv, Object, SparkEnv, ResourceProfile, String, Object> create =
        (rpcEnv, arguments, env, profile, executorId) -> backend(rpcEnv, arguments, env, profile, executorId, host);
    run.invoke(parseArguments.invoke(args, mainClass), create);
  }

  /** The same in a standalone cluster, where the executor's id is among the arguments. */
  void runStandaloneExecutor(String[] args, String mainClass, String host) throws Throwable {
    Function4<RpcEnv, Object, SparkEnv, ResourceProfile, Object> create =
        (rpcEnv, arguments, env, profile) -> backend(rpcEnv, arguments, env, profile, idIn(arguments), host);
    run.invoke(parseArguments.invoke(args, mainClass), create);
  }

  private static String idIn(Object arguments) {
    return ((CoarseGrainedExecutorBackend.Arguments) arguments).executorId();
  }

  private Object backend(
      RpcEnv rpcEnv, Object arguments, SparkEnv env, ResourceProfile profile, String executorId, String host) {
    try {
      return newBackend.invoke(rpcEnv, driverUrl.invoke(arguments), executorId, bindAddress.invoke(arguments), host,
          cores.invoke(arguments), env, resourcesFile.invoke(arguments), profile);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the executor " + executorId + " could not be made", e);
    }
  }
}
