// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import io.tune4j.export.gguf.GgufType;
import io.tune4j.export.gguf.GgufWriter;
import java.util.Arrays;
import java.util.List;

/** Values that are in memory, in fp32. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FixedTensor(String name, List<Long> shape, float[] values) implements GgufWriter.Content {
    @Override
    public GgufType type() {
        return GgufType.F32;
    }

    @Override
    public float[] rows(long first, int count) {
        int length = Math.toIntExact(shape.get(shape.size() - 1));
        return Arrays.copyOfRange(values, (int) first * length, ((int) first + count) * length);
    }
}
