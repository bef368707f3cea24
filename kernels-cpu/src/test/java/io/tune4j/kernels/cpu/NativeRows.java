// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.api.backend.host.Bfloat16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/**
 * Elements at an address for the tests, between guards: {@link #check} fails if a kernel wrote outside of them. What lies before and
 * after is NaN, so that a kernel that reads there gives a wrong result.
 */
final class NativeRows {
    private static final int GUARD = 64;

    private final Elements elements;
    private final int count;
    private final ByteBuffer memory;
    private final long address;
    private final byte[] before;
    private final byte[] after;

    /** Zeros. */
    NativeRows(Elements elements, int count) {
        this(elements, count, 0);
    }

    /** @param skew bytes by which the address misses a multiple of 64 */
    NativeRows(Elements elements, int count, int skew) {
        this.elements = elements;
        this.count = count;
        int bytes = count * elements.bytes();
        memory = ByteBuffer.allocateDirect(bytes + 4 * GUARD).order(ByteOrder.nativeOrder());
        long start = Addresses.of(memory);
        int offset = (int) (GUARD - start % GUARD) + GUARD + skew;
        address = start + offset;
        for (int i = 0; i < memory.capacity(); i++) {
            boolean own = i >= offset && i < offset + bytes;
            memory.put(i, own ? 0 : (byte) 0xff);
        }
        before = new byte[offset];
        after = new byte[memory.capacity() - offset - bytes];
        Arrays.fill(before, (byte) 0xff);
        Arrays.fill(after, (byte) 0xff);
    }

    static NativeRows of(Elements elements, float... values) {
        NativeRows rows = new NativeRows(elements, values.length);
        for (int i = 0; i < values.length; i++) {
            rows.set(i, values[i]);
        }
        return rows;
    }

    /** Normally distributed numbers. */
    static NativeRows random(Elements elements, int count, long seed, double deviation) {
        Random random = new Random(seed);
        NativeRows rows = new NativeRows(elements, count);
        for (int i = 0; i < count; i++) {
            rows.set(i, (float) (random.nextGaussian() * deviation));
        }
        return rows;
    }

    NativeRows copy() {
        NativeRows copy = new NativeRows(elements, count);
        for (int i = 0; i < count; i++) {
            copy.set(i, get(i));
        }
        return copy;
    }

    long address() {
        return address;
    }

    int count() {
        return count;
    }

    private int at(int i) {
        return before.length + i * elements.bytes();
    }

    float get(int i) {
        return elements == Elements.FP32 ? memory.getFloat(at(i)) : Bfloat16.toFloat(memory.getShort(at(i)));
    }

    void set(int i, float value) {
        if (elements == Elements.FP32) {
            memory.putFloat(at(i), value);
        } else {
            memory.putShort(at(i), (short) Bfloat16.bits(value));
        }
    }

    /** Any byte of the elements. */
    void setByte(int i, byte value) {
        memory.put(before.length + i, value);
    }

    void fill(float value) {
        for (int i = 0; i < count; i++) {
            set(i, value);
        }
    }

    float[] toFloats() {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = get(i);
        }
        return values;
    }

    /** Fails if a byte around the elements has changed. */
    void check() {
        byte[] found = new byte[memory.capacity()];
        memory.get(0, found);
        if (!Arrays.equals(found, 0, before.length, before, 0, before.length)
                || !Arrays.equals(found, found.length - after.length, found.length, after, 0, after.length)) {
            throw new AssertionError("a kernel wrote outside of its " + count + " elements");
        }
    }
}
