// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/** The dtype of a kernel's rows. Statistics and sums are always in fp32. */
public enum Elements {
    BF16(Short.BYTES),
    FP32(Float.BYTES);

    private final int bytes;

    Elements(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one. */
    public int bytes() {
        return bytes;
    }
}
