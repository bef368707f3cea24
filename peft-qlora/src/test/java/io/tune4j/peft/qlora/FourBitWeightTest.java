// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with packed weights, and weights from the cache, on a checkpoint of two projections. */
class FourBitWeightTest {
    private static final int IN = 96;

    /** Projections of one input; the elements of the second do not fill their last block. */
    private static final List<Projection> PROJECTIONS = List.of(
            new Projection("layers.0.gate_proj", IN, 40, false), new Projection("layers.0.up_proj", IN, 33, false));

    private final Backend backend =
            new BytedecoBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 2, warning -> {}));
    private final List<String> notices = new ArrayList<>();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() {
        file = folder.resolve("model.safetensors");
        writeCheckpoint(1);
    }

    private void writeCheckpoint(long seed) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor gate = Tensor.uniform(backend, seed, DType.FLOAT32, 40, IN).plus(-0.5);
            Tensor up = Tensor.uniform(backend, seed + 1, DType.FLOAT32, 33, IN).plus(-0.5);
            TensorFiles.write(
                    file,
                    Map.of(
                            PROJECTIONS.get(0).weightName(),
                            gate.cast(DType.BFLOAT16),
                            PROJECTIONS.get(1).weightName(),
                            up.cast(DType.BFLOAT16)));
        }
    }

    @AfterEach
    void nothingIsLeftBehind() {
        backend.close();
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private FrozenLinear load(Checkpoint checkpoint, Scheme scheme, DType dtype, @Nullable Path cache) {
        FrozenLinearFactory factory = new FourBitFormat(scheme, cache)
                .factory(backend, dtype, new CheckpointWeights(checkpoint), notices::add);
        return factory.create(PROJECTIONS);
    }

    @ParameterizedTest
    @CsvSource({
        "64, 256, BFLOAT16",
        "64, 256, FLOAT32",
        "64, 0, BFLOAT16",
        "64, 0, FLOAT64",
        "10, 7, FLOAT32",
        // Rows are whole blocks, so few of them are multiplied with the codes.
        "32, 256, FLOAT32",
        "48, 0, BFLOAT16"
    })
    void productsAreThoseOfTheUnpackedWeight(int block, int scalerBlock, DType dtype) {
        Scheme scheme = new Scheme(scalerBlock == 0 ? Scheme.BNB : Scheme.NF4, block, scalerBlock);
        try (Checkpoint checkpoint = Checkpoint.open(file);
                TensorScope scope = TensorScope.open();
                FrozenLinear linear = load(checkpoint, scheme, dtype, null)) {
            FrozenWeight weight = linear.weight();
            Tensor dense = weight.dense(DType.FLOAT64);
            Tensor x = Tensor.uniform(backend, 5, dtype, 7, IN);
            Tensor dy = Tensor.uniform(backend, 6, dtype, 7, 73);
            close(weight.multiply(x), x.cast(DType.FLOAT64).matmul(dense.transposed()), dtype);
            Tensor low = Tensor.uniform(backend, 7, dtype, 7, 3);
            Tensor up = Tensor.uniform(backend, 8, dtype, 3, 73);
            Tensor update = low.cast(DType.FLOAT64).matmul(up.cast(DType.FLOAT64));
            close(
                    weight.multiply(x, low, up),
                    x.cast(DType.FLOAT64).matmul(dense.transposed()).plus(update),
                    dtype);
            close(weight.multiplyBackward(dy), dy.cast(DType.FLOAT64).matmul(dense), dtype);
            assertThat(weight.multiply(x).dtype()).isEqualTo(dtype);
        }
    }

    private static void close(Tensor actual, Tensor expected, DType dtype) {
        double tolerance = dtype == DType.BFLOAT16 ? 2e-2 : 1e-5;
        double[] values = actual.toDoubles();
        double[] wanted = expected.toDoubles();
        assertThat(values).hasSameSizeAs(wanted);
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(values[i] - wanted[i]))
                    .as("element %d", i)
                    .isLessThan(tolerance * (1 + Math.abs(wanted[i])));
        }
    }

    private double[] dense(Scheme scheme, @Nullable Path cache) {
        try (Checkpoint checkpoint = Checkpoint.open(file);
                TensorScope scope = TensorScope.open();
                FrozenLinear linear = load(checkpoint, scheme, DType.BFLOAT16, cache)) {
            return linear.weight().dense(DType.BFLOAT16).toDoubles();
        }
    }

    @ParameterizedTest
    @CsvSource({"nf4, 256", "bnb_4bit, 0"})
    void aCachedWeightIsTheSame(String name, int scalerBlock) {
        Scheme scheme = new Scheme(name, 64, scalerBlock);
        Path cache = folder.resolve("cache");
        double[] expected = dense(scheme, null);
        assertThat(dense(scheme, cache)).isEqualTo(expected);
        assertThat(notices).singleElement().asString().contains("is kept in " + cache);
        notices.clear();
        assertThat(dense(scheme, cache)).isEqualTo(expected);
        assertThat(notices).singleElement().asString().contains("come from the quantized cache " + cache);
    }

    private static List<Path> cached(Path cache) throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void aDamagedCacheIsMadeAgain() throws IOException {
        Scheme scheme = new Scheme(Scheme.NF4, 64, 256);
        Path cache = folder.resolve("cache");
        double[] expected = dense(scheme, cache);
        Path damaged = cached(cache).get(0);
        byte[] content = Files.readAllBytes(damaged);
        content[content.length - 20] ^= 1;
        Files.write(damaged, content);
        Path cut = cached(cache).get(1);
        Files.write(cut, new byte[30]);
        notices.clear();
        assertThat(dense(scheme, cache)).isEqualTo(expected);
        assertThat(notices).anyMatch(line -> line.contains(damaged + " is corrupted: made again"));
        assertThat(notices).anyMatch(line -> line.contains(cut + " is not usable and is made again"));
        notices.clear();
        assertThat(dense(scheme, cache)).isEqualTo(expected);
        assertThat(notices).singleElement().asString().contains("come from");
    }

    @Test
    void aChangedCheckpointIsQuantizedAgain() throws IOException {
        Scheme scheme = new Scheme(Scheme.NF4, 64, 256);
        Path cache = folder.resolve("cache");
        double[] before = dense(scheme, cache);
        writeCheckpoint(30);
        Files.setLastModifiedTime(file, FileTime.fromMillis(12_345_000));
        notices.clear();
        double[] after = dense(scheme, cache);
        assertThat(after).isNotEqualTo(before).isEqualTo(dense(scheme, null));
        assertThat(notices).anyMatch(line -> line.contains("of another version of the checkpoint"));
    }

    @Test
    void computedWeightsAreTheUnpackedOnes() {
        Scheme scheme = new Scheme(Scheme.NF4, 64, 256);
        try (Checkpoint checkpoint = Checkpoint.open(file);
                TensorScope scope = TensorScope.open()) {
            CheckpointWeights stored = new CheckpointWeights(checkpoint);
            Tensor gate = new FourBitFormat(scheme, null)
                    .asComputed(backend, DType.BFLOAT16, stored)
                    .load(backend, PROJECTIONS.get(0).weightName(), DType.FLOAT32);
            double[] all = dense(scheme, null);
            assertThat(gate.toDoubles()).isEqualTo(Arrays.copyOf(all, 40 * IN));
        }
    }
}
