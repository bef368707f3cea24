package io.tune4j.peft.qlora;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.peft.qlora.Nf4Levels.Rounding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.ObjLongConsumer;
import java.util.stream.IntStream;

/**
 * A dense weight to codes and scalers, with the values that torchao's double quantization gives: a code is the nearest level to
 * the element divided by the largest absolute value of its block, which is the scaler before it is quantized itself.
 */
final class Nf4Quantizer {
    /** Elements that are on the Java heap at a time. */
    private static final int PIECE = 1 << 20;

    private final Nf4Layout layout;
    private final Rounding rounding;
    private final Nf4Levels levels;

    Nf4Quantizer(Nf4Layout layout, Rounding rounding) {
        this.layout = layout;
        this.rounding = rounding;
        this.levels = new Nf4Levels(rounding);
    }

    /**
     * Quantizes a weight.
     *
     * @param weight contiguous, of the rounding's dtype
     * @param codes takes the packed codes piece by piece, with the offset of each
     */
    Nf4Scalers quantize(Tensor weight, ObjLongConsumer<ByteBuffer> codes) {
        int size = layout.blockSize();
        int blocksAtATime = Math.max(1, PIECE / size);
        float[] largest = new float[layout.blocks()];
        float[] values = new float[blocksAtATime * size];
        byte[] packed = new byte[blocksAtATime * (size / 2)];
        ByteBuffer out = ByteBuffer.allocate(packed.length);
        ByteBuffer in =
                ByteBuffer.allocate(values.length * rounding.dtype().byteSize()).order(ByteOrder.LITTLE_ENDIAN);
        for (int first = 0; first < largest.length; first += blocksAtATime) {
            int count = Math.min(blocksAtATime, largest.length - first);
            long start = (long) first * size;
            read(weight, start, (int) Math.min((long) count * size, layout.elements() - start), in, values);
            int base = first;
            IntStream.range(0, count)
                    .parallel()
                    .forEach(block -> largest[base + block] = block(values, block * size, packed, block * (size / 2)));
            out.clear().put(packed, 0, count * (size / 2));
            codes.accept(out.flip(), (long) first * (size / 2));
        }
        return Nf4Scalers.quantize(largest, layout, rounding);
    }

    /** Elements from {@code start}, then zeros. */
    private void read(Tensor weight, long start, int count, ByteBuffer buffer, float[] values) {
        int bytes = rounding.dtype().byteSize();
        buffer.clear().limit(count * bytes);
        weight.kernels().read(weight.array(), start * bytes, buffer);
        buffer.flip();
        for (int i = 0; i < count; i++) {
            values[i] = rounding.dtype() == DType.BFLOAT16
                    ? Float.intBitsToFloat(buffer.getShort(i * bytes) << Short.SIZE)
                    : buffer.getFloat(i * bytes);
        }
        Arrays.fill(values, count, values.length, 0);
    }

    /** Packs a block and returns its largest absolute value. */
    private float block(float[] values, int at, byte[] packed, int target) {
        float largest = 0;
        for (int i = at; i < at + layout.blockSize(); i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        // A block of zeros has any scaler; its codes are those of zero.
        float divisor = largest == 0 ? 1 : largest;
        for (int i = 0; i < layout.blockSize(); i += 2) {
            int high = levels.nearest(rounding.round(values[at + i] / divisor));
            int low = levels.nearest(rounding.round(values[at + i + 1] / divisor));
            packed[target + i / 2] = (byte) (high << 4 | low);
        }
        return largest;
    }
}
