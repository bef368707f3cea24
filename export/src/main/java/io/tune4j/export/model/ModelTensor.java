// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.export.adapter.LowRank;
import io.tune4j.export.files.StoredRows;
import io.tune4j.export.gguf.GgufType;
import io.tune4j.export.gguf.GgufWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's tensor on its way into GGUF.
 *
 * @param adapter merged into it, or null
 */
record ModelTensor(
        String name,
        GgufType type,
        Checkpoint checkpoint,
        TensorEntry entry,
        TensorChange change,
        @Nullable LowRank adapter)
        implements GgufWriter.Content {
    @Override
    public List<Long> shape() {
        return Arrays.stream(entry.shape()).boxed().toList();
    }

    private boolean isVector() {
        return entry.shape().length < 2;
    }

    @Override
    public float[] rows(long first, int count) {
        if (isVector()) {
            return vector();
        }
        long rows = entry.shape()[0];
        int length = Math.toIntExact(entry.shape()[1]);
        float[] values;
        if (change.pairedHeads() == 0) {
            values = StoredRows.of(checkpoint, entry, first, count);
        } else {
            values = new float[length * count];
            for (int i = 0; i < count; i++) {
                float[] row = StoredRows.of(checkpoint, entry, change.checkpointRow(first + i, rows), 1);
                System.arraycopy(row, 0, values, i * length, length);
            }
        }
        if (adapter != null) {
            IntStream.range(0, count)
                    .parallel()
                    .forEach(i -> adapter.merge((int) change.checkpointRow(first + i, rows), values, i * length));
        }
        return plus(values);
    }

    private float[] vector() {
        float[] stored = StoredRows.of(checkpoint, entry, 0, 1);
        float[] values = new float[stored.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = stored[(int) change.checkpointRow(i, values.length)];
        }
        return plus(values);
    }

    private float[] plus(float[] values) {
        if (change.plus() != 0) {
            for (int i = 0; i < values.length; i++) {
                values[i] += change.plus();
            }
        }
        return values;
    }
}
