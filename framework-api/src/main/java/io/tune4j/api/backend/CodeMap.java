// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apiguardian.api.API;

/**
 * The 256 values that a code of 8 bits can stand for, with what finds the nearest one quickly. A value's upper 16 bits (sign, exponent
 * and seven bits of the fraction) say in which of 65536 cells it lies; no cell has more than one of the {@link #midpoints} at which a
 * code ends, so the code is {@code cellCodes[cell]}, or one more if the value is not below {@code cellBounds[cell]}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class CodeMap implements AutoCloseable {
    /** Values of a map. */
    public static final int SIZE = 256;

    private static final int CELLS = 1 << 16;
    private static final int LOWER_BITS = 0xFFFF;

    private final Tensor values;
    private final Tensor midpoints;
    private final Tensor cellCodes;
    private final Tensor cellBounds;

    /**
     * @param values ascending, 256 of them
     * @throws IllegalArgumentException if two midpoints are in one cell: nearer to each other than 1/128 of their size
     */
    public CodeMap(ArrayKernels kernels, float[] values) {
        float[] middle = middle(values);
        int[] codes = new int[CELLS];
        float[] bounds = new float[CELLS];
        for (int cell = 0; cell < CELLS; cell++) {
            fill(cell, middle, codes, bounds);
        }
        this.values = TensorScope.detach(Tensor.ofFloats(kernels, DType.FLOAT32, values, SIZE));
        this.midpoints = TensorScope.detach(Tensor.ofFloats(kernels, DType.FLOAT32, middle, SIZE - 1));
        this.cellCodes = TensorScope.detach(Tensor.empty(kernels, DType.INT32, CELLS));
        ByteBuffer bytes = ByteBuffer.allocateDirect(CELLS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(codes);
        kernels.write(cellCodes.array(), 0, bytes);
        this.cellBounds = TensorScope.detach(Tensor.ofFloats(kernels, DType.FLOAT32, bounds, CELLS));
    }

    private static float[] middle(float[] values) {
        if (values.length != SIZE) {
            throw new IllegalArgumentException("a map has " + SIZE + " values, not " + values.length);
        }
        float[] middle = new float[SIZE - 1];
        for (int i = 0; i < middle.length; i++) {
            middle[i] = (values[i] + values[i + 1]) * 0.5f;
        }
        return middle;
    }

    /** Cells are numbered by their upper bits as a signed number, plus half their count. */
    private static void fill(int cell, float[] middle, int[] codes, float[] bounds) {
        int upper = (cell - CELLS / 2) << 16;
        float inner = Float.intBitsToFloat(upper);
        float outer = Float.intBitsToFloat(upper | LOWER_BITS);
        bounds[cell] = Float.POSITIVE_INFINITY;
        if (!Float.isFinite(outer)) {
            codes[cell] = upper < 0 ? 0 : SIZE - 1;
            return;
        }
        int below = notAbove(middle, Math.min(inner, outer));
        int within = notAbove(middle, Math.max(inner, outer)) - below;
        if (within > 1) {
            throw new IllegalArgumentException("the map's values near " + inner + " are too near to each other");
        }
        codes[cell] = below;
        if (within == 1) {
            bounds[cell] = middle[below];
        }
    }

    private static int notAbove(float[] ascending, float value) {
        // Negative zero counts as zero, which a midpoint may be.
        int found = Arrays.binarySearch(ascending, value + 0f);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** {@code [256]} fp32, ascending. */
    public Tensor values() {
        return values;
    }

    /** {@code [255]} fp32: from each on, the next code is nearer. */
    public Tensor midpoints() {
        return midpoints;
    }

    /** {@code [65536]} int32, by a value's upper 16 bits as a signed number plus 32768. */
    public Tensor cellCodes() {
        return cellCodes;
    }

    /** {@code [65536]} fp32: the midpoint in each cell, infinity where there is none. */
    public Tensor cellBounds() {
        return cellBounds;
    }

    @Override
    public void close() {
        values.close();
        midpoints.close();
        cellCodes.close();
        cellBounds.close();
    }
}
