// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A GPU's way to quantize, which any device can go, against the host's. */
class DeviceQuantizerTest {
    private static final Backend BACKEND =
            new BytedecoBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 2, warning -> {}));

    @AfterAll
    static void close() {
        BACKEND.close();
    }

    /** The last is more than what exists as temporaries at a time, with a block that is not full. */
    @ParameterizedTest
    @CsvSource({"64", "4096", "100", "6", "16800001"})
    void equalsTheHosts(int elements) {
        equalsTheHosts(elements, BACKEND);
    }

    @ParameterizedTest
    @CsvSource({"64", "100", "16800001"})
    void equalsTheHostsOnAGpu(int elements) {
        BackendFactory factory = new BytedecoBackendFactory();
        Device gpu = new Device("cuda", 0);
        assumeTrue(factory.devices().contains(gpu), "no GPU is usable: build with -Pcuda on a machine that has one");
        try (Backend backend = factory.create(new BackendOptions(gpu, DType.BFLOAT16, 2, warning -> {}))) {
            equalsTheHosts(elements, backend);
        }
    }

    private static void equalsTheHosts(int elements, Backend on) {
        for (Rounding rounding : Rounding.values()) {
            for (Scheme scheme : new Scheme[] {new Scheme(Scheme.NF4, 64, 256), new Scheme(Scheme.BNB, 64, 0)}) {
                if (scheme.rounding(rounding.dtype()) == rounding) {
                    equalsTheHosts(elements, scheme, rounding, on);
                }
            }
        }
    }

    private static void equalsTheHosts(int elements, Scheme scheme, Rounding rounding, Backend on) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.uniform(BACKEND, 1, DType.FLOAT32, elements)
                    .plus(-0.5)
                    .cast(rounding.dtype());
            // A block of zeros where there are enough elements, and one that is much wider than the others.
            weight.rows(0, Math.min(64, elements / 2)).fillInPlace(0);
            weight.rows(elements / 2, 1).fillInPlace(-2);
            BlockLayout layout = scheme.layout(elements);
            Tensor host = Tensor.zeros(BACKEND, DType.UINT8, layout.codeBytes());
            Tensor device = Tensor.zeros(on, DType.UINT8, layout.codeBytes());
            Levels levels = scheme.levels(rounding);
            float[] hostLargest = new BlockQuantizer(layout, rounding, new CodeTable(levels))
                    .quantize(weight, (bytes, offset) -> BACKEND.write(host.array(), offset, bytes));
            Tensor there = Tensor.empty(on, weight.dtype(), elements);
            on.write(there.array(), 0, ByteBuffer.wrap(bytes(weight)));
            float[] deviceLargest = new DeviceQuantizer(layout, levels).quantize(there, device);
            assertThat(deviceLargest).isEqualTo(hostLargest);
            assertThat(bytes(device)).isEqualTo(bytes(host));
        }
    }

    private static byte[] bytes(Tensor tensor) {
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.byteSize());
        tensor.kernels().read(tensor.array(), 0, bytes);
        return bytes.array();
    }

    /** By counting bounds, for all numbers of bf16, and float by float around each bound. */
    @Test
    void boundsSayTheNearestLevel() {
        for (Levels levels :
                new Levels[] {Levels.torchao(Rounding.BFLOAT16), Levels.torchao(Rounding.FLOAT32), Levels.published()
                }) {
            float[] bounds = levels.bounds();
            Rounding rounding = levels.rounding();
            for (float bound : bounds) {
                int place = rounding.ordinal(bound);
                for (int i = place - 300; i < place + 300; i++) {
                    check(rounding.ofOrdinal(i), bounds, levels);
                }
            }
            for (int i = Rounding.BFLOAT16.ordinal(-1); i <= Rounding.BFLOAT16.ordinal(1); i++) {
                check(Rounding.BFLOAT16.ofOrdinal(i), bounds, levels);
            }
        }
    }

    private static void check(float value, float[] bounds, Levels levels) {
        if (Math.abs(value) > 1) {
            return;
        }
        int count = 0;
        for (float bound : bounds) {
            count += value >= bound ? 1 : 0;
        }
        assertThat(count).as("%s of %s", value, levels.rounding()).isEqualTo(levels.nearest(value));
    }
}
