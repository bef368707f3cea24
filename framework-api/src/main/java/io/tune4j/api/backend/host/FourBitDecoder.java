// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.host;

import io.tune4j.api.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks {@link io.tune4j.api.backend.FusedKernels.FourBitCodes} in host memory, on several threads. Where scales are bf16 there are few different
 * ones, so a table of all pairs of scaled levels is kept for each, and a byte of codes costs one look-up. Scales in fp32 are all
 * different: then the sixteen levels are scaled once for each block.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class FourBitDecoder {
    /** Bytes of codes that a thread unpacks at a time: with the result they stay in its cache. */
    private static final int PIECE = 4096;

    /** Fewer bytes of codes than this are not worth another part. */
    private static final int LEAST_PER_PART = 1 << 15;

    /** Parts per thread; several, so that none waits long for the last one. */
    private static final int PARTS_PER_THREAD = 4;

    private static final int PAIRS = 1 << Byte.SIZE;
    private static final int BYTE = 0xff;
    private static final int UPPER_HALF = 0xffff0000;

    private final int threads;
    private final Parallel parallel;
    private volatile Tables tables = new Tables(new float[0]);

    /** Runs parts 0 to {@code parts - 1}, on any threads, and returns when all have ended. */
    @FunctionalInterface
    public interface Parallel {
        /**
         * Calls {@code part} with 0 to {@code parts - 1}, perhaps on several threads, and returns when all are
         * done.
         */
        void each(int parts, IntConsumer part);
    }

    /**
     * With the threads of a backend.
     *
     * @param threads how many may work at a time
     */
    public FourBitDecoder(int threads, Parallel parallel) {
        this.threads = Math.max(1, threads);
        this.parallel = parallel;
    }

    /**
     * With the JVM's common threads.
     *
     * @param threads how many may work at a time
     */
    public FourBitDecoder(int threads) {
        this(threads, (parts, part) -> {
            IntStream range = IntStream.range(0, parts);
            (parts == 1 ? range : range.parallel()).forEach(part);
        });
    }

    /** Pairs of scaled levels by their codes: the first of a pair in the lower half of an int, as it lies in memory. */
    private record Pairs(int[] ofCodes) {
        static Pairs of(float[] levels, float scale) {
            int[] scaled = new int[levels.length];
            for (int i = 0; i < levels.length; i++) {
                scaled[i] = Float.floatToRawIntBits(Bfloat16.round(levels[i] * scale));
            }
            int[] table = new int[PAIRS];
            for (int code = 0; code < PAIRS; code++) {
                table[code] = scaled[code >>> 4] >>> Bfloat16.SHIFT | scaled[code & 0xf] & UPPER_HALF;
            }
            return new Pairs(table);
        }
    }

    /**
     * Pairs by the bits of a bf16 scale. Threads that need the same ones may both make them; what another thread made is seen whole,
     * because it is in a final field, so nothing slower than an array is needed.
     */
    private record Tables(float[] levels, @Nullable Pairs[] pairs) {
        Tables(float[] levels) {
            this(levels, new Pairs[1 << Bfloat16.SHIFT]);
        }

        int[] of(short scaleBits) {
            Pairs known = pairs[scaleBits & 0xffff];
            if (known == null) {
                known = Pairs.of(levels, Bfloat16.toFloat(scaleBits));
                pairs[scaleBits & 0xffff] = known;
            }
            return known.ofCodes;
        }
    }

    /** Whether {@link #decode} supports these dtypes. */
    public static boolean supports(DType scales, DType target) {
        return isKnown(scales) && isKnown(target);
    }

    private static boolean isKnown(DType dtype) {
        return dtype == DType.BFLOAT16 || dtype == DType.FLOAT32;
    }

    /**
     * Unpacks all elements that the target has room for.
     *
     * @param codes of whole blocks
     * @param levels the sixteen
     * @param scales little-endian, of the given dtype
     * @param target where the elements go, of the given dtype
     */
    public void decode(
            ByteBuffer codes,
            float[] levels,
            ByteBuffer scales,
            DType scaleDtype,
            int blockSize,
            ByteBuffer target,
            DType targetDtype) {
        int blockBytes = blockSize / 2;
        int elements = target.remaining() / targetDtype.byteSize();
        int blocks = (int) (((long) elements + blockSize - 1) / blockSize);
        Tables known = scaleDtype == DType.BFLOAT16 ? tables(levels) : tables;
        int most = threads == 1 ? 1 : threads * PARTS_PER_THREAD;
        int parts = (int) Math.max(1, Math.min(most, (long) blocks * blockBytes / LEAST_PER_PART));
        int perPart = (blocks + parts - 1) / parts;
        parallel.each(parts, part -> {
            Part work = new Part(
                    codes.slice().order(ByteOrder.LITTLE_ENDIAN),
                    levels,
                    known,
                    scales.slice().order(ByteOrder.LITTLE_ENDIAN),
                    scaleDtype == DType.BFLOAT16,
                    blockBytes,
                    target.slice().order(ByteOrder.LITTLE_ENDIAN),
                    targetDtype == DType.BFLOAT16,
                    elements);
            work.decode(part * perPart, Math.min(blocks, (part + 1) * perPart));
        });
    }

    private Tables tables(float[] levels) {
        Tables current = tables;
        if (!Arrays.equals(current.levels, levels)) {
            current = new Tables(levels.clone());
            tables = current;
        }
        return current;
    }

    /** One thread's work. */
    private record Part(
            ByteBuffer codes,
            float[] levels,
            Tables tables,
            ByteBuffer scales,
            boolean narrowScales,
            int blockBytes,
            ByteBuffer target,
            boolean narrowTarget,
            int elements) {

        void decode(int firstBlock, int endBlock) {
            int atATime = Math.max(1, PIECE / blockBytes);
            int most = atATime * blockBytes;
            // Elements in bf16 come in pairs.
            int[] words = new int[narrowTarget ? most : 2 * most];
            IntBuffer out = target.asIntBuffer();
            boolean byFours = narrowScales && narrowTarget && blockBytes % Integer.BYTES == 0;
            int[] fours = new int[byFours ? most / Integer.BYTES : 0];
            byte[] bytes = new byte[byFours ? 0 : most];
            short[] scaleBits = new short[narrowScales ? atATime : 0];
            float[] scaled = new float[levels.length];
            for (int first = firstBlock; first < endBlock; first += atATime) {
                int count = Math.min(atATime, endBlock - first);
                if (narrowScales) {
                    scales.asShortBuffer().get(first, scaleBits, 0, count);
                }
                if (byFours) {
                    int perBlock = blockBytes / Integer.BYTES;
                    codes.asIntBuffer().get(first * perBlock, fours, 0, count * perBlock);
                    for (int i = 0; i < count; i++) {
                        pairsByFours(fours, i * perBlock, perBlock, tables.of(scaleBits[i]), words);
                    }
                } else {
                    codes.get(first * blockBytes, bytes, 0, count * blockBytes);
                    for (int i = 0; i < count; i++) {
                        if (narrowScales) {
                            ofPairs(bytes, i * blockBytes, tables.of(scaleBits[i]), words);
                        } else {
                            ofScale(bytes, i * blockBytes, scales.getFloat((first + i) * Float.BYTES), scaled, words);
                        }
                    }
                }
                store(out, words, first, count);
            }
        }

        /** Reading four bytes at once takes two thirds of the time of one by one. */
        private static void pairsByFours(int[] fours, int at, int count, int[] pairs, int[] words) {
            int word = Integer.BYTES * at;
            for (int i = at; i < at + count; i++) {
                int four = fours[i];
                words[word] = pairs[four & BYTE];
                words[word + 1] = pairs[four >>> 8 & BYTE];
                words[word + 2] = pairs[four >>> 16 & BYTE];
                words[word + 3] = pairs[four >>> 24];
                word += Integer.BYTES;
            }
        }

        private void ofPairs(byte[] bytes, int at, int[] pairs, int[] words) {
            if (narrowTarget) {
                pairs(bytes, at, blockBytes, pairs, words);
            } else {
                widePairs(bytes, at, blockBytes, pairs, words);
            }
        }

        private void ofScale(byte[] bytes, int at, float scale, float[] scaled, int[] words) {
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = levels[i] * scale;
            }
            if (narrowTarget) {
                narrowed(bytes, at, blockBytes, scaled, words);
            } else {
                wide(bytes, at, blockBytes, scaled, words);
            }
        }

        private static void pairs(byte[] bytes, int at, int count, int[] pairs, int[] words) {
            for (int i = at; i < at + count; i++) {
                words[i] = pairs[bytes[i] & BYTE];
            }
        }

        private static void widePairs(byte[] bytes, int at, int count, int[] pairs, int[] words) {
            for (int i = at; i < at + count; i++) {
                int pair = pairs[bytes[i] & BYTE];
                words[2 * i] = pair << Bfloat16.SHIFT;
                words[2 * i + 1] = pair & UPPER_HALF;
            }
        }

        private static void narrowed(byte[] bytes, int at, int count, float[] scaled, int[] words) {
            int[] bits = new int[scaled.length];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = Float.floatToRawIntBits(Bfloat16.round(scaled[i]));
            }
            for (int i = at; i < at + count; i++) {
                int pair = bytes[i];
                words[i] = bits[pair >>> 4 & 0xf] >>> Bfloat16.SHIFT | bits[pair & 0xf] & UPPER_HALF;
            }
        }

        private static void wide(byte[] bytes, int at, int count, float[] scaled, int[] words) {
            for (int i = at; i < at + count; i++) {
                int pair = bytes[i];
                words[2 * i] = Float.floatToRawIntBits(scaled[pair >>> 4 & 0xf]);
                words[2 * i + 1] = Float.floatToRawIntBits(scaled[pair & 0xf]);
            }
        }

        /** Stores decoded elements; of the last block only as many as there is room for. */
        private void store(IntBuffer out, int[] words, int firstBlock, int count) {
            int start = firstBlock * 2 * blockBytes;
            int present = Math.min(count * 2 * blockBytes, elements - start);
            if (!narrowTarget) {
                out.put(start, words, 0, present);
                return;
            }
            out.put(start / 2, words, 0, present / 2);
            if (present % 2 != 0) {
                target.putShort((elements - 1) * Short.BYTES, (short) words[present / 2]);
            }
        }
    }
}
