package io.tune4j.backend.bytedeco.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.DType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;

class MachineKernelsTest {
    @Test
    void everyNativeMethodHasItsKernel() {
        Set<String> declared = new TreeSet<>();
        for (Method method : MachineKernels.class.getDeclaredMethods()) {
            if (Modifier.isNative(method.getModifiers())) {
                declared.add(method.getName() + method.getParameterCount());
                assertThat(method.getParameterTypes()).containsOnly(long.class);
            }
        }
        Set<String> written = new TreeSet<>();
        MachineKernels.kernels().forEach(kernel -> written.add(kernel.name() + kernel.arguments()));
        assertThat(written).isEqualTo(declared);
    }

    @Test
    void theLibraryIsWhatTheLinkerExpects() {
        ByteBuffer file = ByteBuffer.wrap(MachineKernels.library()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(file.getInt(0)).as("magic number").isEqualTo(0x464c457f);
        assertThat(file.getShort(18)).as("machine").isEqualTo((short) 62);
        String text = new String(file.array(), StandardCharsets.ISO_8859_1);
        assertThat(text).contains("\0Java_io_tune4j_backend_bytedeco_machine_MachineKernels_attendBackward\0");
    }

    @Test
    void whatTheProcessorLacksIsNotCalled() {
        assertThat(MachineKernels.areAvailable(new HostProcessor(Set.of("avx2", "avx512f"), 2), DType.FLOAT32))
                .isFalse();
    }

    private static void assumeAvailable() {
        assumeTrue(
                MachineKernels.areAvailable(HostProcessor.detect(), DType.BFLOAT16),
                "no Linux on a CPU with AVX-512 and bf16: kernels in machine code are not tested");
    }

    @Test
    void elementsThatAreMissingBecomeZeros() {
        assumeAvailable();
        int rows = 19;
        int width = 37;
        short[] source = new short[rows * width];
        for (int i = 0; i < source.length; i++) {
            source[i] = (short) (i + 1);
        }
        // Exactly as large as the rows, so that reading further would show up with a memory checker.
        try (BytePointer memory = new BytePointer(2L * source.length);
                BytePointer target = new BytePointer(2L * 32 * 64)) {
            memory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().put(source);
            target.fill(0xff);
            MachineKernels.columns(memory.address(), 2 * width, rows, width, target.address());
            short[] columns = new short[32 * 64];
            target.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(columns);
            target.fill(0xff);
            // Tiles of sixteen columns one behind the other, each of 32 rows.
            MachineKernels.rowPairs(memory.address(), 2 * width, rows, width, target.address(), 64, 1024);
            short[] pairs = new short[32 * 48];
            target.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(pairs);
            for (int row = 0; row < 32; row++) {
                for (int column = 0; column < 64; column++) {
                    short expected = row < rows && column < width ? source[row * width + column] : 0;
                    int inColumns = row / 16 * 16 * 64 + column / 2 * 32 + row % 16 * 2 + column % 2;
                    assertThat(columns[inColumns]).isEqualTo(expected);
                    if (column < 48) {
                        int inPairs = column / 16 * 512 + row / 2 * 32 + column % 16 * 2 + row % 2;
                        assertThat(pairs[inPairs]).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void fourBitsAreLookedUpScaledAndRounded() {
        assumeAvailable();
        byte[] codes = new byte[64];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (37 * i + 11);
        }
        float[] levels = new float[16];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (i - 7) / 7.3f;
        }
        float[] scales = {1.7f, -0.01f};
        try (BytePointer packed = new BytePointer(codes);
                FloatPointer table = new FloatPointer(levels);
                FloatPointer factors = new FloatPointer(scales);
                BytePointer target = new BytePointer(2L * 128)) {
            MachineKernels.unpack(
                    packed.address(), table.address(), factors.address(), 2, 32, target.address(), Float.BYTES);
            short[] actual = new short[128];
            target.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(actual);
            short[] expected = new short[128];
            for (int i = 0; i < expected.length; i++) {
                int code = (i % 2 == 0 ? codes[i / 2] >>> 4 : codes[i / 2]) & 0xf;
                expected[i] = (short) io.tune4j.api.backend.host.Bfloat16.bits(levels[code] * scales[i / 64]);
            }
            assertThat(actual).as(Arrays.toString(actual)).isEqualTo(expected);
        }
    }
}
