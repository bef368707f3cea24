// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.app.workers.Launch;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which torchrun, and with it torchtune's command, starts several processes. */
final class ProcessOptions {
    @Option(
            names = {"--nproc_per_node", "--nproc-per-node"},
            paramLabel = "N",
            description = "Workers on this machine, for a recipe of several workers; 1 by default.")
    private @Nullable String perNode;

    @Option(
            names = {"--nnodes"},
            paramLabel = "N",
            description = "Machines; 1 by default. Start the command on each of them.")
    private @Nullable String nodes;

    @Option(
            names = {"--node_rank", "--node-rank"},
            paramLabel = "I",
            description = "This machine's number, from 0.")
    private @Nullable String node;

    @Option(
            names = {"--rdzv_endpoint", "--rdzv-endpoint"},
            paramLabel = "HOST:PORT",
            description = "Where the workers meet: at machine 0. By default a free port of this machine.")
    private @Nullable String endpoint;

    @Option(
            names = {"--master_addr", "--master-addr"},
            paramLabel = "HOST",
            description = "The host of --rdzv_endpoint.")
    private @Nullable String host;

    @Option(
            names = {"--master_port", "--master-port"},
            paramLabel = "PORT",
            description = "The port of --rdzv_endpoint.")
    private @Nullable String port;

    /** Options of torchrun that change nothing: there is one way to meet, and a run that failed is resumed by whoever started it. */
    @Option(
            names = {"--rdzv_backend", "--rdzv-backend", "--rdzv_id", "--rdzv-id", "--max_restarts", "--max-restarts"},
            paramLabel = "X",
            hidden = true)
    @SuppressWarnings("unused")
    private @Nullable String ignored;

    @Option(names = "--standalone", hidden = true)
    @SuppressWarnings("unused")
    private boolean standalone;

    Launch launch(Map<String, String> environment) {
        return Launch.of(new Launch.Options(nodes, perNode, node, endpoint, host, port), environment);
    }
}
