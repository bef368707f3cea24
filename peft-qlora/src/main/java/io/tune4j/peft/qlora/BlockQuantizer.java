// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.host.Bfloat16;
import io.tune4j.api.io.Staging;
import io.tune4j.api.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.ObjLongConsumer;
import java.util.stream.IntStream;

/**
 * A dense weight to codes, on all processors: a code is the nearest level to the element divided by the largest absolute value of
 * its block.
 */
final class BlockQuantizer {
    private static final int MAGNITUDE = 0x7fffffff;

    /** Elements that a processor takes at a time. */
    private static final int SHARE = 1 << 16;

    private final BlockLayout layout;
    private final Rounding rounding;
    private final CodeTable table;

    /** @param table of the levels, which are of the same rounding */
    BlockQuantizer(BlockLayout layout, Rounding rounding, CodeTable table) {
        this.layout = layout;
        this.rounding = rounding;
        this.table = table;
    }

    /**
     * Quantizes a weight.
     *
     * @param weight contiguous, of the rounding's dtype
     * @param codes takes the packed codes piece by piece, with the offset of each
     * @return the largest absolute value of each block
     */
    float[] quantize(Tensor weight, ObjLongConsumer<ByteBuffer> codes) {
        int size = layout.blockSize();
        int elementBytes = rounding.dtype().byteSize();
        ByteBuffer staging = Staging.buffer(layout.elements() * elementBytes + (long) size * elementBytes);
        int blocksAtATime = Math.max(1, staging.capacity() / (size * elementBytes));
        float[] largest = new float[layout.blocks()];
        byte[] packed = new byte[blocksAtATime * (size / 2)];
        for (int first = 0; first < largest.length; first += blocksAtATime) {
            int count = Math.min(blocksAtATime, largest.length - first);
            long start = (long) first * size;
            int present = (int) Math.min((long) count * size, layout.elements() - start);
            staging.clear().limit(present * elementBytes);
            weight.kernels().read(weight.array(), start * elementBytes, staging);
            staging.flip();
            int share = Math.max(1, SHARE / size);
            int base = first;
            IntStream.range(0, (count + share - 1) / share).parallel().forEach(part -> {
                ByteBuffer elements = staging.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                int end = Math.min(count, (part + 1) * share);
                blocks(elements, present, part * share, end, packed, largest, base);
            });
            codes.accept(ByteBuffer.wrap(packed, 0, count * (size / 2)), (long) first * (size / 2));
        }
        return largest;
    }

    private void blocks(ByteBuffer elements, int present, int from, int to, byte[] packed, float[] largest, int base) {
        int size = layout.blockSize();
        short[] halves = new short[size];
        float[] values = new float[size];
        for (int block = from; block < to; block++) {
            int start = block * size;
            int count = Math.min(size, present - start);
            float widest;
            if (rounding == Rounding.BFLOAT16) {
                elements.asShortBuffer().get(start, halves, 0, count);
                Arrays.fill(halves, count, size, (short) 0);
                widest = largest(halves);
                pack(halves, divisor(widest), packed, start / 2);
            } else {
                elements.asFloatBuffer().get(start, values, 0, count);
                Arrays.fill(values, count, size, 0);
                widest = largest(values);
                pack(values, divisor(widest), packed, start / 2);
            }
            largest[base + block] = widest;
        }
    }

    /** A block of zeros has any scaler; its codes are those of zero. */
    private static float divisor(float widest) {
        return widest == 0 ? 1 : widest;
    }

    /** Compared as integers, which is one instruction; magnitudes have the same order as their bits. */
    private static float largest(float[] values) {
        int largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Float.floatToRawIntBits(value) & MAGNITUDE);
        }
        return Float.intBitsToFloat(largest);
    }

    private static float largest(short[] halves) {
        int largest = 0;
        for (short half : halves) {
            largest = Math.max(largest, half & Short.MAX_VALUE);
        }
        return Bfloat16.toFloat((short) largest);
    }

    private void pack(float[] values, float divisor, byte[] packed, int target) {
        for (int i = 0; i < values.length; i += 2) {
            int high = table.code(values[i] / divisor);
            int low = table.code(values[i + 1] / divisor);
            packed[target + i / 2] = (byte) (high << 4 | low);
        }
    }

    private void pack(short[] halves, float divisor, byte[] packed, int target) {
        byte[] codes = table.ofHalves();
        for (int i = 0; i < halves.length; i += 2) {
            int high = codes[Bfloat16.bits(Bfloat16.toFloat(halves[i]) / divisor)];
            int low = codes[Bfloat16.bits(Bfloat16.toFloat(halves[i + 1]) / divisor)];
            packed[target + i / 2] = (byte) (high << 4 | low);
        }
    }
}
