// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.export.gguf.GgufType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against ggml's encoder and the package gguf's decoder; scripts/golden/gguf_blocks.py wrote the files. */
class BlockCodecTest {
    private static final int COUNT = 2048;

    private record Golden(float[] values, byte[] encoded, float[] decoded) {
        static Golden of(GgufType type) throws IOException {
            try (InputStream in = BlockCodecTest.class.getResourceAsStream("/gguf/" + type + ".bin")) {
                ByteBuffer bytes = ByteBuffer.wrap(Objects.requireNonNull(in).readAllBytes())
                        .order(ByteOrder.LITTLE_ENDIAN);
                float[] values = new float[COUNT];
                bytes.asFloatBuffer().get(values);
                byte[] encoded = new byte[(int) type.byteLength(COUNT)];
                bytes.position(COUNT * Float.BYTES).get(encoded);
                float[] decoded = new float[COUNT];
                bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(decoded);
                return new Golden(values, encoded, decoded);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "F32")
    void decodesAsTheReferenceDoes(GgufType type) throws IOException {
        Golden golden = Golden.of(type);
        BlockCodec codec = type.codec();
        float[] decoded = new float[COUNT];
        for (int block = 0; block < COUNT / codec.elements(); block++) {
            codec.decode(golden.encoded, block * codec.bytes(), decoded, block * codec.elements());
        }
        assertThat(decoded).containsExactly(golden.decoded);
    }

    private static byte[] encoded(BlockCodec codec, Golden golden) {
        byte[] encoded = new byte[golden.encoded.length];
        for (int block = 0; block < COUNT / codec.elements(); block++) {
            codec.encode(golden.values, block * codec.elements(), encoded, block * codec.bytes());
        }
        return encoded;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "F32")
    void encodesAsTheReferenceDoes(GgufType type) throws IOException {
        Golden golden = Golden.of(type);
        assertThat(encoded(type.codec(), golden)).containsExactly(golden.encoded);
    }

    @Test
    void everyHalfSurvives() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Float16.toFloat(bits);
            if (!Float.isNaN(value)) {
                assertThat(Float16.fromFloat(value)).isEqualTo(bits);
            }
        }
    }

    @Test
    void halvesRoundToEvenAndOverflow() {
        assertThat(Float16.fromFloat(2049)).isEqualTo(Float16.fromFloat(2048));
        assertThat(Float16.fromFloat(2051)).isEqualTo(Float16.fromFloat(2052));
        assertThat(Float16.toFloat(Float16.fromFloat(65519))).isEqualTo(65504);
        assertThat(Float16.toFloat(Float16.fromFloat(65520))).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Float16.fromFloat(0x1p-25f)).isZero();
        assertThat(Float16.fromFloat(Math.nextUp(0x1p-25f))).isEqualTo(1);
        assertThat(Float16.toFloat(Float16.fromFloat(Float.NaN))).isNaN();
    }
}
