// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.Adapter.DataStart;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes A of the inputs of its targets before the first step, as {@link InputDirections} describes. */
final class DirectionStart implements DataStart, AutoCloseable {
    /** Micro-batches after which no more are wanted. */
    private static final int MOST_BATCHES = 256;

    private final InputDirections options;
    private final long seed;
    private final List<WatchedInput> inputs = new ArrayList<>();
    private Consumer<String> notices = line -> {};
    private long @Nullable [] labelledRows;
    private int batches;
    private boolean done;

    DirectionStart(InputDirections options, long seed) {
        this.options = options;
        this.seed = seed;
    }

    /** Watches the input that some targets share. */
    WatchedInput watch(List<LoraWeights> targets) {
        WatchedInput input = new WatchedInput(targets, options.similarity(), seed);
        inputs.add(input);
        return input;
    }

    DirectionStart tells(Consumer<String> lines) {
        notices = lines;
        return this;
    }

    /** Says that the values were loaded. */
    void loaded() {
        done = true;
        close();
    }

    /**
     * Takes an input of a forward pass.
     *
     * @param x {@code [T, in]}, or the labelled rows alone, to which the last layer restricts itself
     * @throws UserException if training begins without the initial values
     */
    void see(WatchedInput input, Tensor x, Pass pass) {
        if (done) {
            return;
        }
        if (pass.tape().isRecording()) {
            throw new UserException(
                    "init_lora_weights: eva begins with the inputs of the projections, which this recipe"
                            + " does not compute before its first step; leave init_lora_weights out");
        }
        if (labelledRows == null || input.hasConverged()) {
            return;
        }
        if (!options.labelledOnly() || x.size(0) == labelledRows.length) {
            input.add(x);
        } else if (labelledRows.length > 0) {
            try (TensorScope scope = TensorScope.open()) {
                input.add(x.gatherRows(Tensor.ofLongs(x.kernels(), labelledRows)));
            }
        }
    }

    @Override
    public boolean wantsMore() {
        return batches < MOST_BATCHES && !inputs.stream().allMatch(WatchedInput::hasConverged);
    }

    @Override
    public void next(long[] rows) {
        labelledRows = rows.clone();
        batches++;
    }

    @Override
    public void finish() {
        inputs.forEach(input -> input.begin(options.whitened()));
        long converged = inputs.stream().filter(WatchedInput::hasConverged).count();
        notices.accept("eva        " + batches + " micro-batches, after which the directions of " + converged + " of "
                + inputs.size() + " inputs had converged");
        loaded();
    }

    @Override
    public void close() {
        inputs.forEach(WatchedInput::close);
    }
}
