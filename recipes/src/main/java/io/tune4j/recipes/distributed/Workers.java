// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.backend.Backend.Collective.Place;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.recipes.distributed.MicroBatchTree.Node;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.GradientSums;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This process's place among the workers of a run, as torchrun tells it ({@code RANK}, {@code WORLD_SIZE}, {@code LOCAL_RANK}, {@code
 * MASTER_ADDR}, {@code MASTER_PORT}). A process that was told nothing is the only worker.
 *
 * @param place with {@code worker_timeout}: the seconds after which a worker that is not heard of ends the run
 * @param localRank among the workers of this node; the first of them tokenizes the data
 * @param microBatches {@code micro_batches_per_step}: micro-batches of a step over all workers; null for {@code
 *     gradient_accumulation_steps} of each worker, as torchtune has it
 */
public record Workers(Place place, int localRank, @Nullable Integer microBatches) {
    /** The config's key for {@link #microBatches}. */
    public static final String MICRO_BATCHES = "micro_batches_per_step";

    private static final String TIMEOUT = "worker_timeout";
    private static final int DEFAULT_TIMEOUT = 300;
    private static final int LONGEST_TIMEOUT = 86_400;
    private static final int LAST_PORT = 65_535;

    /**
     * Reads them.
     *
     * @throws UserException if a variable makes no sense
     */
    public static Workers read(ConfigValues config) {
        ConfigReader root = config.root();
        Map<String, String> told = config.environment();
        Duration timeout = Duration.ofSeconds(root.integer(TIMEOUT, DEFAULT_TIMEOUT, 2, LONGEST_TIMEOUT));
        int size = number(told, "WORLD_SIZE", 1, 1, Integer.MAX_VALUE);
        if (size > 1 && !told.containsKey("RANK")) {
            throw new UserException("the environment variable WORLD_SIZE is " + size
                    + ", but RANK is not set: start the workers with tune run --nproc_per_node, or give each a RANK from 0"
                    + " on, with MASTER_ADDR and MASTER_PORT");
        }
        int rank = number(told, "RANK", 0, 0, size - 1);
        int localRank = number(told, "LOCAL_RANK", rank, 0, Integer.MAX_VALUE);
        String host = told.getOrDefault("MASTER_ADDR", "127.0.0.1");
        int port = number(told, "MASTER_PORT", 29_500, 1, LAST_PORT);
        return new Workers(new Place(host, port, rank, size, timeout), localRank, microBatches(root, size));
    }

    private static int number(Map<String, String> told, String name, int otherwise, int least, int most) {
        String text = told.get(name);
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        if (text.strip().matches("\\d{1,9}")) {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw new UserException("the environment variable " + name + " is '" + text + "'; expected a whole number "
                + (most == Integer.MAX_VALUE ? "from " + least + " on" : "from " + least + " to " + most));
    }

    private static @Nullable Integer microBatches(ConfigReader root, int size) {
        Integer wanted = root.integerOrNull(MICRO_BATCHES);
        if (wanted == null) {
            return null;
        }
        if (wanted < 1 || wanted % size != 0) {
            root.problem(
                    MICRO_BATCHES,
                    wanted < 1
                            ? "expected at least 1, found " + wanted
                            : size + " workers do not divide " + wanted
                                    + " micro-batches of a step; the next that they do"
                                    + " divide is " + (wanted / size + 1) * size + ", and " + wanted
                                    + " can be divided among "
                                    + divisors(wanted) + " workers");
            return null;
        }
        return wanted;
    }

    private static String divisors(int number) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= number && i <= 4096; i++) {
            if (number % i == 0) {
                text.append(text.isEmpty() ? "" : ", ").append(i);
            }
        }
        return text.toString();
    }

    /** How samples come together to steps: the step is that of all workers. Null if a part is wrong. */
    static @Nullable BatchOptions batching(ConfigValues config) {
        Workers workers = config.require(Workers.class);
        return workers == null
                ? null
                : BatchOptions.readShared(
                        config, own -> workers.microBatches == null ? own * workers.size() : workers.microBatches);
    }

    /** The sums that a worker holds, as a forecast counts them: micro-batches are taken to have the same number of tokens. */
    static GradientSums sums(ConfigValues config) {
        Workers workers = config.require(Workers.class);
        BatchOptions batching = config.require(BatchOptions.class);
        return workers == null || batching == null ? GradientSums.NONE : sums(workers.size(), batching.accumulation());
    }

    /**
     * The sums that the worker with the most of them holds.
     *
     * @param microBatches of a step, at least as many as workers
     */
    static GradientSums sums(int workers, int microBatches) {
        MicroBatchTree tree = new MicroBatchTree(microBatches);
        long[] tokens = new long[microBatches];
        Arrays.fill(tokens, 1);
        Shares shares = Shares.of(tokens, workers);
        int held = 0;
        int most = 0;
        int all = 0;
        for (int worker = 0; worker < workers; worker++) {
            List<Node> own = tree.within(shares.from(worker), shares.to(worker));
            held = Math.max(held, MicroBatchTree.mostHeld(own));
            most = Math.max(most, own.size());
            all += own.size();
        }
        if (workers == 1) {
            // A micro-batch's gradients are moved into a vector while the sums before it are there.
            return new GradientSums(held, held + 2);
        }
        double received = (double) all / workers;
        // Sent vectors are cut into slices first, unless there is one; slices of all sums come in; then there is one
        // vector again.
        double slicing = most == 1 ? 1 : 2 * most;
        double exchanging = Math.max(slicing, Math.max(most + received, received + 1));
        return new GradientSums(held, Math.max(held + 2, exchanging));
    }

    /** The rank, from 0. */
    public int rank() {
        return place.rank();
    }

    /** Their number. */
    public int size() {
        return place.size();
    }

    /** Whether this is the worker that writes, and that decides. */
    public boolean isFirst() {
        return rank() == 0;
    }
}
