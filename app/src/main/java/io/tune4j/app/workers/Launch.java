// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.workers;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The workers to start on this machine, in torchrun's words.
 *
 * @param nodes machines
 * @param perNode workers of each
 * @param node this machine's number, from 0
 * @param host where the worker of rank 0 listens
 * @param port its port
 */
public record Launch(int nodes, int perNode, int node, String host, int port) {
    private static final int USUAL_PORT = 29_500;
    private static final int LAST_PORT = 65_535;

    /** Kubeflow's trainer gives torchrun's options as variables of the environment with this prefix. */
    private static final String PREFIX = "PET_";

    /**
     * Torchrun's options as they are written; null where they are not.
     *
     * @param endpoint {@code HOST:PORT}
     */
    public record Options(
            @Nullable String nodes,
            @Nullable String perNode,
            @Nullable String node,
            @Nullable String endpoint,
            @Nullable String host,
            @Nullable String port) {
        /** Options that are not written are taken from the environment, as torchrun does it. */
        Options or(Map<String, String> environment) {
            return new Options(
                    or(nodes, environment, "NNODES"),
                    or(perNode, environment, "NPROC_PER_NODE"),
                    or(node, environment, "NODE_RANK"),
                    or(endpoint, environment, "RDZV_ENDPOINT"),
                    or(host, environment, "MASTER_ADDR"),
                    or(port, environment, "MASTER_PORT"));
        }

        private static @Nullable String or(@Nullable String written, Map<String, String> environment, String name) {
            String told = environment.get(PREFIX + name);
            return written != null || told == null || told.isBlank() ? written : told.strip();
        }
    }

    /**
     * Reads them.
     *
     * @throws UserException if one is wrong or missing
     */
    public static Launch of(Options written, Map<String, String> environment) {
        Options options = written.or(environment);
        int nodes = number("--nnodes", options.nodes, 1, 1, Integer.MAX_VALUE);
        int perNode = number("--nproc_per_node", counted(options.perNode), 1, 1, 4096);
        if (nodes > 1 && options.node == null) {
            throw new UserException(
                    "--nnodes is " + nodes
                            + ", so each machine needs its number: --node_rank 0 on the one that --rdzv_endpoint names, then 1, 2, ...");
        }
        int node = number("--node_rank", options.node, 0, 0, nodes - 1);
        String host = options.host;
        String port = options.port;
        if (options.endpoint != null) {
            int colon = options.endpoint.lastIndexOf(':');
            host = colon < 0 ? options.endpoint : options.endpoint.substring(0, colon);
            port = colon < 0 ? null : options.endpoint.substring(colon + 1);
        }
        if (nodes > 1 && (host == null || host.isBlank())) {
            throw new UserException("--nnodes is " + nodes
                    + ", so the workers need a place to meet: --rdzv_endpoint HOST:PORT, where HOST is the machine of"
                    + " --node_rank 0");
        }
        return new Launch(
                nodes,
                perNode,
                node,
                host == null || host.isBlank() ? "127.0.0.1" : host.replaceAll("^\\[|]$", ""),
                port == null && nodes == 1 ? freePort() : number("--rdzv_endpoint", port, USUAL_PORT, 1, LAST_PORT));
    }

    /** Words that torchrun counts devices for: on CPUs one worker has all cores. */
    private static @Nullable String counted(@Nullable String perNode) {
        return "auto".equals(perNode) || "cpu".equals(perNode) ? "1" : perNode;
    }

    private static int number(String option, @Nullable String text, int otherwise, int least, int most) {
        if (text == null) {
            return otherwise;
        }
        if (text.matches("\\d{1,9}")) {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw new UserException(option + " is '" + text + "'; expected a whole number "
                + (most == Integer.MAX_VALUE ? "from " + least + " on" : "from " + least + " to " + most)
                + (option.equals("--nnodes") && text.contains(":")
                        ? ". The number of machines does not change during a run; a run resumes with another number"
                        : ""));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            return USUAL_PORT;
        }
    }

    /** Whether one process is all. */
    public boolean isSingle() {
        return size() == 1;
    }

    /** Workers of all machines. */
    public int size() {
        return Math.multiplyExact(nodes, perNode);
    }

    /** The number of a worker of this machine among all. */
    public int rank(int local) {
        return node * perNode + local;
    }

    /** The environment variables that torchrun gives to a worker. */
    Map<String, String> environment(int local) {
        Map<String, String> told = new HashMap<>();
        told.put("RANK", String.valueOf(rank(local)));
        told.put("WORLD_SIZE", String.valueOf(size()));
        told.put("LOCAL_RANK", String.valueOf(local));
        told.put("LOCAL_WORLD_SIZE", String.valueOf(perNode));
        told.put("GROUP_RANK", String.valueOf(node));
        told.put("MASTER_ADDR", host);
        told.put("MASTER_PORT", String.valueOf(port));
        told.put(LaunchedWorker.MARK, "1");
        return told;
    }
}
