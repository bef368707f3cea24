// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredPairTest {
    private static final int LONG = 700_000;

    @TempDir
    Path folder;

    private final List<TensorSpec> specs = new ArrayList<>();
    private final List<ByteBuffer> values = new ArrayList<>();

    private StoredPairTest add(String name, DType dtype, byte[] bytes) {
        specs.add(new TensorSpec(name, dtype, bytes.length / dtype.byteSize()));
        values.add(ByteBuffer.wrap(bytes));
        return this;
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    private static byte[] shorts(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putShort((short) value);
        }
        return bytes.array();
    }

    private StoredPair pair() {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(
                file,
                specs,
                Map.of(),
                (spec, sink) -> sink.accept(values.get(specs.indexOf(spec)).duplicate()));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return StoredPair.of(checkpoint, "a", "b");
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThat(add("c", DType.FLOAT32, floats(1)).pair()).isEqualTo(StoredPair.NEITHER);
        assertThat(add("a", DType.FLOAT32, floats(1)).pair()).isEqualTo(StoredPair.FIRST_ONLY);
        specs.remove(1);
        values.remove(1);
        assertThat(add("b", DType.FLOAT32, floats(1)).pair()).isEqualTo(StoredPair.SECOND_ONLY);
    }

    @Test
    void allValuesCount() {
        float[] many = new float[LONG];
        add("a", DType.FLOAT32, floats(many));
        add("b", DType.FLOAT32, floats(many));
        assertThat(pair()).isEqualTo(StoredPair.EQUAL);
        many[LONG - 1] = 1e-30f;
        values.set(1, ByteBuffer.wrap(floats(many)));
        assertThat(pair()).isEqualTo(StoredPair.DIFFERENT);
    }

    @Test
    void valuesOfTwoTypesAreCompared() {
        add("a", DType.FLOAT32, floats(1, -0.5f, 6.1035156e-5f, 5.9604645e-8f));
        add("b", DType.FLOAT16, shorts(0x3c00, 0xb800, 0x0400, 0x0001));
        assertThat(pair()).isEqualTo(StoredPair.EQUAL);
        values.set(1, ByteBuffer.wrap(shorts(0x3c00, 0xb800, 0x0400, 0x0002)));
        assertThat(pair()).isEqualTo(StoredPair.DIFFERENT);
        specs.set(1, new TensorSpec("b", DType.BFLOAT16, 4));
        values.set(1, ByteBuffer.wrap(shorts(0x3f80, 0xbf00, 0x3880, 0x3380)));
        assertThat(pair()).isEqualTo(StoredPair.EQUAL);
    }

    @Test
    void anotherShapeIsAnotherWeight() {
        add("a", DType.FLOAT32, floats(1, 2));
        add("b", DType.FLOAT32, floats(1, 2, 3));
        assertThat(pair()).isEqualTo(StoredPair.DIFFERENT);
    }
}
