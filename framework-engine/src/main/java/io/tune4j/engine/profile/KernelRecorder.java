// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.profile;

import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Times calls while it is on; while it is off a call costs a comparison. Threads may call at the same time. */
public final class KernelRecorder {
    private static final int STACK_DEPTH = 8;
    private static final String KERNELS = KernelRecorder.class.getPackageName();
    private static final String TENSORS = Array.class.getPackageName();

    private final boolean withStack;
    private final ThreadLocal<@Nullable Frame> current = new ThreadLocal<>();
    private final List<KernelCall> calls = new ArrayList<>();
    private volatile boolean on;

    /** A call under way. */
    private static final class Frame {
        final @Nullable Frame caller;
        final int depth;
        long inside;

        Frame(@Nullable Frame caller) {
            this.caller = caller;
            this.depth = caller == null ? 0 : caller.depth + 1;
        }
    }

    /** @param withStack whether each call remembers who called it, which takes longer than a small kernel */
    public KernelRecorder(boolean withStack) {
        this.withStack = withStack;
    }

    public void start() {
        on = true;
    }

    /** Stops, and hands over the calls since the start in the order of their ends. */
    public synchronized List<KernelCall> stop() {
        on = false;
        List<KernelCall> result = List.copyOf(calls);
        calls.clear();
        return result;
    }

    boolean isOn() {
        return on || KernelEvent.isWanted();
    }

    /**
     * Runs and times a kernel.
     *
     * @param finished waits for the kernel's end and returns the device's memory, or -1
     */
    <T> T time(String name, LongSupplier finished, Supplier<T> kernel, Array... operands) {
        // A kernel may change its operands' owner; shapes are read before.
        List<long[]> shapes = new ArrayList<>(operands.length);
        for (Array operand : operands) {
            shapes.add(operand.shape());
        }
        DType dtype = operands.length == 0 ? null : operands[0].dtype();
        Frame frame = new Frame(current.get());
        current.set(frame);
        KernelEvent flight = new KernelEvent();
        flight.begin();
        long start = System.nanoTime();
        try {
            T result = kernel.get();
            long resident = finished.getAsLong();
            long nanos = System.nanoTime() - start;
            flight.end();
            if (frame.caller != null) {
                frame.caller.inside += nanos;
            }
            DType shown = dtype == null && result instanceof Array made ? made.dtype() : dtype;
            KernelCall call = new KernelCall(
                    name,
                    shown,
                    shapes,
                    Thread.currentThread().getId(),
                    start,
                    nanos,
                    nanos - frame.inside,
                    frame.depth,
                    resident,
                    withStack ? stack() : List.of());
            add(call);
            tell(flight, call);
            return result;
        } finally {
            if (frame.caller == null) {
                current.remove();
            } else {
                current.set(frame.caller);
            }
        }
    }

    private static void tell(KernelEvent flight, KernelCall call) {
        if (flight.shouldCommit()) {
            flight.kernel = call.name();
            flight.operands = call.operands();
            flight.depth = call.depth();
            flight.commit();
        }
    }

    private synchronized void add(KernelCall call) {
        if (on) {
            calls.add(call);
        }
    }

    private static List<String> stack() {
        return StackWalker.getInstance().walk(frames -> frames.filter(frame -> {
                    String name = frame.getClassName();
                    return !name.startsWith(KERNELS) && !name.startsWith(TENSORS);
                })
                .limit(STACK_DEPTH)
                .map(frame -> frame.toStackTraceElement().toString())
                .toList());
    }
}
