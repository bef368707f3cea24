// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.profile;

import io.tune4j.api.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call of a kernel. Calls nest: a fused kernel without an override is a composition of other kernels.
 *
 * @param name of the kernel's method
 * @param dtype of its first operand, or of its result where it has none; null where neither is an array
 * @param shapes of its operands
 * @param thread that called it
 * @param start in nanoseconds, from an origin common to all calls
 * @param nanos it took
 * @param selfNanos it took without the calls inside it
 * @param depth how many calls it is inside of
 * @param residentBytes of the device after it, -1 where that was not recorded
 * @param stack who called it, innermost first; empty where that was not recorded
 */
public record KernelCall(
        String name,
        @Nullable DType dtype,
        List<long[]> shapes,
        long thread,
        long start,
        long nanos,
        long selfNanos,
        int depth,
        long residentBytes,
        List<String> stack) {

    /** Names of the kernels that are matrix products. */
    private static final String PRODUCT = "matmul";

    /** Operand shapes and dtype, e.g. {@code [1024, 576] [576, 1536] bf16}. */
    public String operands() {
        String text = shapes.stream().map(Arrays::toString).collect(Collectors.joining(" "));
        return dtype == null ? text : text + (text.isEmpty() ? "" : " ") + dtype.configName();
    }

    public boolean isProduct() {
        return name.startsWith(PRODUCT);
    }

    /** Floating-point operations of a matrix product, two for each multiplication; 0 for other kernels. */
    public double flops() {
        if (!isProduct()) {
            return 0;
        }
        long[] left = shapes.get(shapes.size() - 2);
        long[] right = shapes.get(shapes.size() - 1);
        double count = 2.0 * right[right.length - 1];
        for (long length : left) {
            count *= length;
        }
        return count;
    }
}
