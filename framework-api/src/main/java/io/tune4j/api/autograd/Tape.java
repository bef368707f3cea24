// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a forward, in order, with the tensors that their backwards need. Recording retains the saved tensors.
 * {@link #backward} visits the entries from the last to the first and releases the tensors of each as soon as it used them,
 * so memory falls while it runs. Closing releases the rest.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Tape implements AutoCloseable {
    private static final Runnable NOTHING = () -> {};

    private record Entry(Tensor output, Differentiable operation, Tensor[] saved) {}

    /** Presence says that a gradient is wanted; the value is the gradient so far. */
    private final Map<Tensor, @Nullable Tensor> gradients = new IdentityHashMap<>();

    private final List<Entry> entries = new ArrayList<>();
    private final List<Tensor> kept = new ArrayList<>();
    private final List<ActivationStore.Stored> waiting = new ArrayList<>();
    private final boolean recording;
    private final boolean replay;
    private final Checkpointing checkpointing;

    /** Results on their way from the first pass of a checkpointed part to its second; null where none are kept. */
    private final @Nullable Deque<Tensor> remembered;

    private final @Nullable ActivationStore store;
    private final Runnable watch;
    private long mostSaved;

    private final Gradients sink = new Gradients() {
        @Override
        public boolean wants(Tensor input) {
            return gradients.containsKey(input);
        }

        @Override
        public void add(Tensor input, Tensor gradient) {
            if (wants(input)) {
                accumulate(input, gradient);
            }
        }
    };

    private Tape(
            boolean recording,
            boolean replay,
            Checkpointing checkpointing,
            @Nullable Deque<Tensor> remembered,
            @Nullable ActivationStore store,
            Runnable watch) {
        this.recording = recording;
        this.replay = replay;
        this.checkpointing = checkpointing;
        this.remembered = remembered;
        this.store = store;
        this.watch = watch;
    }

    /** A tape that records, on which checkpointed parts keep their inputs alone. */
    public static Tape recording() {
        return recording(Checkpointing.FULL);
    }

    /** A tape that records. */
    public static Tape recording(Checkpointing checkpointing) {
        return recording(checkpointing, null, NOTHING);
    }

    /**
     * A tape that records.
     *
     * @param checkpointing what checkpointed parts keep
     * @param store where their inputs wait; null to keep them as they are
     * @param watch called at each entry, forward and backward, and may throw: what the tape holds is then freed by closing it
     */
    public static Tape recording(Checkpointing checkpointing, @Nullable ActivationStore store, Runnable watch) {
        return new Tape(true, false, checkpointing, null, store, watch);
    }

    /** A tape that records nothing, for validation, generation and the first pass of a checkpointed layer. */
    public static Tape off() {
        return off(null);
    }

    private static Tape off(@Nullable Deque<Tensor> remembered) {
        return new Tape(false, false, Checkpointing.FULL, remembered, null, NOTHING);
    }

    /** Whether operations are recorded; a tape for inference records none. */
    public boolean isRecording() {
        return recording;
    }

    /**
     * Whether this records a checkpointed part again for its backward: the result is known to everybody who wanted it, and only what
     * the backward reads must be computed.
     */
    public boolean isReplay() {
        return replay;
    }

    /**
     * Keeps a result of a checkpointed part for its second pass, where {@link #recall} gives it back instead of its being computed; does
     * nothing elsewhere. Nobody may overwrite it afterwards.
     */
    public Tensor remember(Tensor result) {
        if (remembered != null && !recording) {
            remembered.add(result.retain());
        }
        return result;
    }

    /**
     * In the second pass of a checkpointed part the next of the results that its first pass remembered, in their order and each of them
     * once; null where it must be computed. What leads to it need not be computed, but must be recorded, with the returned tensor as the
     * output.
     */
    public @Nullable Tensor recall() {
        Tensor known = replay && remembered != null ? remembered.poll() : null;
        // A tensor of its own, since who asked may close what it was given.
        return known == null ? null : known.reshape(known.shape());
    }

    /** Whether this tensor depends on something trainable, so that operations on it must be recorded. */
    public boolean tracks(Tensor tensor) {
        return recording && gradients.containsKey(tensor);
    }

    /** Asks for the gradient of an input that no entry made. */
    public void watch(Tensor input) {
        if (recording) {
            gradients.putIfAbsent(input, null);
        }
    }

    /**
     * Records how to go back from {@code output}. An operation in place passes its argument as the output: the backward
     * then receives the gradient after the operation and adds the one before it to the same tensor.
     *
     * @param saved the tensors that the backward reads, retained until it has run
     */
    public void record(Tensor output, Differentiable operation, Tensor... saved) {
        if (!recording) {
            return;
        }
        watch.run();
        for (Tensor tensor : saved) {
            tensor.retain();
        }
        entries.add(new Entry(output, operation, saved));
        gradients.putIfAbsent(output, null);
    }

    /** Retains a tensor that several entries read, such as rotary angles, until the tape is closed. */
    public Tensor keep(Tensor tensor) {
        if (recording) {
            kept.add(tensor.retain());
        }
        return tensor;
    }

    /** Bytes of the distinct tensors that the entries keep, without those of {@link #keep}. */
    public long savedBytes() {
        Map<Tensor, Boolean> seen = new IdentityHashMap<>();
        long bytes = 0;
        for (Entry entry : entries) {
            for (Tensor tensor : entry.saved()) {
                if (seen.put(tensor, true) == null) {
                    bytes += tensor.byteSize();
                }
            }
        }
        return bytes;
    }

    /** The most that {@link #savedBytes} was at a time, what a checkpointed layer keeps while it is computed again included. */
    public long mostSavedBytes() {
        return mostSaved;
    }

    private boolean saves(Tensor wanted) {
        return entries.stream().anyMatch(entry -> List.of(entry.saved()).contains(wanted));
    }

    /** Runs the backward of a scalar from the seed 1. */
    public void backward(Tensor loss) {
        try (TensorScope scope = TensorScope.open()) {
            backward(loss, Tensor.full(loss.kernels(), 1, loss.dtype(), loss.shape()));
        }
    }

    /**
     * Runs the backward from a given gradient of {@code output}, which empties the tape. Gradients of watched tensors can
     * be had from {@link #gradient} afterwards; those of parameters are in the parameters.
     */
    public void backward(Tensor output, Tensor seed) {
        mostSaved = Math.max(mostSaved, savedBytes());
        sink.add(output, seed);
        for (int i = entries.size() - 1; i >= 0; i--) {
            watch.run();
            Entry entry = entries.remove(i);
            Tensor gradient = gradients.containsKey(entry.output()) ? gradients.put(entry.output(), null) : null;
            try (TensorScope scope = TensorScope.open()) {
                if (gradient != null) {
                    entry.operation().backward(gradient, sink);
                }
            } finally {
                if (gradient != null) {
                    gradient.release();
                }
                release(entry);
            }
        }
    }

    /** The gradient of a watched tensor, or null if the output did not depend on it. Closed with the tape. */
    public @Nullable Tensor gradient(Tensor watched) {
        return gradients.get(watched);
    }

    /**
     * Computes {@code function(x)} keeping only x and what {@link Checkpointing} says, and computes it again when the backward needs
     * what it would have kept (Chen et al. 2016). The function must do the same both times: it draws random numbers from keys, not from a state. With a
     * store x itself is put there.
     *
     * @param function gets the tape to record on and x
     */
    public Tensor checkpoint(Tensor x, CheckpointedFunction function) {
        if (!recording) {
            // In the first pass of another one it is a part of that, which will ask for nothing that is remembered
            // here.
            return function.apply(x, remembered == null ? this : off());
        }
        ActivationStore.Stored stored = store == null ? null : store.put(x);
        if (stored != null) {
            waiting.add(stored);
        }
        Deque<Tensor> results = new ArrayDeque<>();
        try (TensorScope scope = TensorScope.open();
                Tape off = off(checkpointing == Checkpointing.SELECTIVE ? results : null)) {
            Tensor output = function.apply(x, off);
            List<Tensor> saved = new ArrayList<>(results);
            if (stored == null) {
                saved.add(x);
            }
            record(
                    output,
                    (outputGradient, sink) ->
                            again(x, stored == null ? x : stored.take(), results, function, outputGradient),
                    saved.toArray(Tensor[]::new));
            return scope.escape(output);
        } finally {
            // The entry holds them from now on.
            results.forEach(Tensor::release);
        }
    }

    /**
     * The backward of a checkpointed function.
     *
     * @param x whose gradient is wanted; closed by now if it was offloaded
     * @param input x's elements
     * @param results what the first pass remembered
     */
    private void again(
            Tensor x, Tensor input, Deque<Tensor> results, CheckpointedFunction function, Tensor outputGradient) {
        try (Tape inner = new Tape(true, true, checkpointing, results, store, watch)) {
            if (sink.wants(x)) {
                inner.watch(input);
            }
            Tensor output = function.apply(input, inner);
            if (!results.isEmpty()) {
                throw new IllegalStateException("a checkpointed part recalled fewer results than it remembered; "
                        + results.size() + " are left");
            }
            long others = savedBytes() + (inner.saves(input) ? 0 : input.byteSize());
            inner.backward(output, outputGradient);
            mostSaved = Math.max(mostSaved, others + inner.mostSaved);
            Tensor gradient = inner.gradient(input);
            if (gradient != null) {
                sink.add(x, gradient);
            }
        }
    }

    /** A part of a model that is computed again in the backward. */
    @FunctionalInterface
    public interface CheckpointedFunction {
        /** Computes a layer's output; called a second time, on another tape, if the layer is recomputed. */
        Tensor apply(Tensor x, Tape tape);
    }

    private void accumulate(Tensor input, Tensor gradient) {
        Tensor sum = gradients.get(input);
        if (sum == null) {
            gradients.put(input, gradient.retain());
        } else if (sum.isExclusive()) {
            sum.addInPlace(gradient, 1);
        } else {
            gradients.put(input, sum.plus(gradient).retain());
            sum.release();
        }
    }

    private static void release(Entry entry) {
        for (Tensor tensor : entry.saved()) {
            tensor.release();
        }
    }

    @Override
    public void close() {
        entries.forEach(Tape::release);
        entries.clear();
        kept.forEach(Tensor::release);
        kept.clear();
        waiting.forEach(ActivationStore.Stored::drop);
        waiting.clear();
        for (Tensor gradient : gradients.values()) {
            if (gradient != null) {
                gradient.release();
            }
        }
        gradients.clear();
    }

    /** The results that a recomputed part of a model keeps from its first pass. */
    public enum Checkpointing {
        /** Its input alone. */
        FULL,
        /**
         * Also results that {@link Tape#remember} was given: those that cost much to compute and little to keep (Korthikanti et al. 2022,
         * section 5).
         */
        SELECTIVE
    }
}
