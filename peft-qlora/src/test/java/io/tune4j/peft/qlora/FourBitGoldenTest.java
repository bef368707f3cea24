// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes, scalers and unpacked values are torchao's and bitsandbytes', bit for bit. */
class FourBitGoldenTest {
    private static final Path FILE = Path.of("src/test/resources/nf4/nf4.safetensors");

    private final Backend backend =
            new JavaBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, warning -> {}));

    @AfterEach
    void nothingIsLeftBehind() {
        backend.close();
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"a_64x96, 32", "b_128x256, 256", "c_128x256_bf16, 256"})
    void nf4IsTorchaos(String name, int scalerBlock) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(FILE);
                TensorScope scope = TensorScope.open()) {
            DType dtype = checkpoint.entry(name + ".input").dtype();
            Scheme scheme = new Scheme(Scheme.NF4, 64, scalerBlock);
            Rounding rounding = scheme.rounding(dtype);
            Tensor input = new CheckpointWeights(checkpoint).load(backend, name + ".input", dtype);
            BlockLayout layout = scheme.layout(input.elementCount());

            ByteBuffer packed = ByteBuffer.allocate((int) layout.codeBytes());
            float[] largest = new BlockQuantizer(layout, rounding, new CodeTable(scheme.levels(rounding)))
                    .quantize(input, (piece, offset) -> packed.position((int) offset)
                            .put(piece));
            QuantizedScalers scalers = QuantizedScalers.quantize(largest, layout, rounding);

            assertThat(packed.array()).isEqualTo(bytes(name + ".codes_packed"));
            byte[] codes = bytes(name + ".quantized_scalers");
            for (int i = 0; i < codes.length; i++) {
                assertThat((scalers.codes()[i] & 0xff) - 128).as("scaler %d", i).isEqualTo(codes[i]);
            }
            assertThat(scalers.mean()).isEqualTo(floats(checkpoint, name + ".scaler_mean")[0]);
            assertThat(scalers.factors()).containsExactly(floats(checkpoint, name + ".quantization_factor"));
            assertThat(roundTrip(input, scheme, rounding, dtype))
                    .containsExactly(floats(checkpoint, name + ".dequant"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_64x96", "b_128x256", "c_128x256_bf16"})
    void bnb4bitIsBitsandbytes(String name) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(FILE);
                TensorScope scope = TensorScope.open()) {
            Scheme scheme = new Scheme(Scheme.BNB, 64, 0);
            Tensor input = new CheckpointWeights(checkpoint).load(backend, name + ".input", DType.FLOAT32);
            BlockLayout layout = scheme.layout(input.elementCount());
            ByteBuffer packed = ByteBuffer.allocate((int) layout.codeBytes());
            float[] largest = new BlockQuantizer(layout, Rounding.FLOAT32, new CodeTable(Levels.published()))
                    .quantize(input, (piece, offset) -> packed.position((int) offset)
                            .put(piece));

            assertThat(packed.array()).isEqualTo(bytes(name + ".bnb_codes_packed"));
            assertThat(largest).containsExactly(floats(checkpoint, name + ".bnb_absmax"));
            assertThat(roundTrip(input, scheme, Rounding.FLOAT32, DType.FLOAT32))
                    .containsExactly(floats(checkpoint, name + ".bnb_dequant"));
        }
    }

    private float[] roundTrip(Tensor input, Scheme scheme, Rounding rounding, DType dtype) {
        Levels levels = scheme.levels(rounding);
        try (FourBitMatrix matrix = FourBitMatrix.quantize(input, scheme, rounding, new CodeTable(levels));
                Tensor target = Tensor.empty(backend, dtype, input.shape())) {
            Tensor values = Tensor.ofFloats(backend, rounding.dtype(), levels.values(), levels.values().length);
            backend.dequantize(matrix.packed(backend, values), target);
            return target.toFloats();
        }
    }

    /** torchao refuses these; here the last block is shorter. */
    @Test
    void sizesThatDoNotDivideAreKept() {
        float[] values = {0.5f, -1, 0.25f, 0, 3, 1.5f, -3};
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.ofFloats(backend, DType.FLOAT32, values, 7, 1);
            for (Scheme scheme : List.of(new Scheme(Scheme.NF4, 4, 256), new Scheme(Scheme.BNB, 4, 0))) {
                assertThat(roundTrip(weight, scheme, Rounding.FLOAT32, DType.FLOAT32))
                        .usingComparatorWithPrecision(0.02f)
                        .containsExactly(0.4407f, -1, 0.2461f, 0, 3, 1.3221f, -3);
            }
        }
    }

    @Test
    void zerosStayZeros() {
        try (TensorScope scope = TensorScope.open()) {
            Tensor zeros = Tensor.zeros(backend, DType.FLOAT32, 2, 64);
            assertThat(roundTrip(zeros, new Scheme(Scheme.NF4, 64, 256), Rounding.FLOAT32, DType.FLOAT32))
                    .containsOnly(0);
        }
    }

    /** Read by hand: int8 is no dtype of a checkpoint here. */
    private static byte[] bytes(String name) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(FILE)).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) file.getLong(0);
        String header = new String(file.array(), 8, headerLength, StandardCharsets.UTF_8);
        Matcher offsets = Pattern.compile('"' + name + "\"[^}]*\"data_offsets\":\\[(\\d+),(\\d+)]")
                .matcher(header.replace(" ", ""));
        assertThat(offsets.find()).as(name).isTrue();
        int start = 8 + headerLength;
        return Arrays.copyOfRange(
                file.array(), start + Integer.parseInt(offsets.group(1)), start + Integer.parseInt(offsets.group(2)));
    }

    private float[] floats(Checkpoint checkpoint, String name) {
        try (TensorScope scope = TensorScope.open()) {
            return new CheckpointWeights(checkpoint)
                    .load(backend, name, DType.FLOAT32)
                    .toFloats();
        }
    }
}
