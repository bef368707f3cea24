// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Creation, host transfer, views, casts and copies. */
abstract class StorageConformance extends BackendTestCase {
    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes)
                .flip();
    }

    private byte[] read(Array array, long offset, int length) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        backend().read(array, offset, buffer);
        assertThat(buffer.hasRemaining()).as("read until full").isFalse();
        byte[] bytes = new byte[length];
        buffer.flip().get(bytes);
        return bytes;
    }

    @Test
    final void bytesGoToTheDeviceAndBackAtOffsets() {
        for (DType dtype : DType.values()) {
            byte[] bytes = new byte[12 * dtype.byteSize()];
            new SplittableRandom(1).nextBytes(bytes);
            if (dtype == DType.BOOL) {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] &= 1;
                }
            }
            Tensor target = Tensor.empty(backend(), dtype, 3, 4);
            assertThat(target.dtype()).isEqualTo(dtype);
            int cut = 5 * dtype.byteSize();
            ByteBuffer all = direct(bytes);
            backend().write(target.array(), cut, all.slice(cut, bytes.length - cut));
            backend().write(target.array(), 0, all.slice(0, cut));
            backend().write(target.array(), bytes.length, ByteBuffer.allocateDirect(0));
            assertThat(read(target.array(), 0, bytes.length)).as(dtype + "").isEqualTo(bytes);
            byte[] tail = java.util.Arrays.copyOfRange(bytes, cut, cut + 2 * dtype.byteSize());
            assertThat(read(target.array(), cut, tail.length))
                    .as(dtype + " at an offset")
                    .isEqualTo(tail);
        }
    }

    @Test
    final void elementsAreLittleEndian() {
        Tensor numbers = Tensor.ofLongs(backend(), 1, -2, 0x0102030405060708L);
        assertThat(read(numbers.array(), 16, 8)).containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
        assertThat(read(numbers.array(), 0, 8)).containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    final void transfersBeyondTheArrayAreRefused() {
        Tensor target = Tensor.zeros(backend(), DType.FLOAT32, 4);
        assertThatThrownBy(() -> backend().write(target.array(), 4, ByteBuffer.allocateDirect(16)))
                .isInstanceOf(InternalException.class);
        assertThatThrownBy(() -> backend().read(target.array(), 16, ByteBuffer.allocateDirect(1)))
                .isInstanceOf(InternalException.class);
        assertThatThrownBy(() -> backend().read(target.array(), -4, ByteBuffer.allocateDirect(4)))
                .isInstanceOf(InternalException.class);
    }

    @Test
    final void creation() {
        for (DType dtype : DType.values()) {
            double value = dtype == DType.BOOL ? 1 : 3;
            Tensor full = Tensor.full(backend(), value, dtype, 2, 3);
            assertThat(full.shape()).containsExactly(2, 3);
            assertThat(full.toDoubles()).containsOnly(value).hasSize(6);
            Tensor scalar = Tensor.full(backend(), value, dtype);
            assertThat(scalar.rank()).isZero();
            assertThat(scalar.item()).isEqualTo(value);
            assertThat(Tensor.empty(backend(), dtype, 0, 7).toDoubles()).isEmpty();
        }
        Tensor counted = Tensor.of(backend(), backend().arange(5));
        assertThat(counted.dtype()).isEqualTo(DType.INT64);
        assertThat(counted.toDoubles()).containsExactly(0, 1, 2, 3, 4);
        assertThat(Tensor.of(backend(), backend().arange(0)).shape()).containsExactly(0);
        assertThat(Tensor.zeros(backend(), DType.FLOAT32, 2).fillInPlace(-1.5).toDoubles())
                .containsExactly(-1.5, -1.5);
    }

    @Test
    final void viewsShowTheSameMemory() {
        for (DType dtype : dtypes()) {
            Tensor base = random(dtype, 1, 4, 6);
            Host before = Host.of(base);
            assertClose(base.reshape(3, -1), before.reshape(3, 8), 0, "reshape");
            assertClose(base.narrow(-1, 2, 3), before.narrow(1, 2, 3), 0, "narrow");
            assertClose(base.transposed(), before.transpose(0, 1), 0, "transpose");
            assertClose(base.transposed().contiguous(), before.transpose(0, 1), 0, "contiguous");
            assertClose(base.transposed().reshape(-1), before.transpose(0, 1).reshape(24), 0, "reshape of columns");
            Tensor cube = base.reshape(2, 2, 6);
            assertClose(cube.transpose(0, -1), before.reshape(2, 2, 6).transpose(0, 2), 0, "transpose(0, -1)");
            base.narrow(0, 1, 2).transposed().narrow(0, 5, 1).fillInPlace(9);
            assertThat(base.toDoubles()[11]).isEqualTo(9);
            assertThat(base.toDoubles()[17]).isEqualTo(9);
            assertThat(base.toDoubles()[5]).isEqualTo(before.values()[5]);
            assertThat(base.narrow(1, 6, 0).toDoubles()).isEmpty();
        }
    }

    @Test
    final void aViewOutlivesItsBase() {
        Tensor view;
        double[] expected;
        try (Tensor base = random(DType.FLOAT32, 2, 64, 64)) {
            view = base.rows(10, 2);
            expected = view.toDoubles();
        }
        Tensor.full(backend(), 7, DType.FLOAT32, 64, 64);
        assertThat(view.toDoubles()).isEqualTo(expected);
    }

    @Test
    final void castsRoundToNearestEven() {
        double[] values = {0, -0.0, 1, 1.00390625, 1.01171875, -3.14159265358979, 1e-30, 65280.5, 0.1};
        Tensor wide = new Host(values, values.length).on(backend(), DType.FLOAT64);
        Tensor single = wide.cast(DType.FLOAT32);
        Tensor half = single.cast(DType.BFLOAT16);
        for (int i = 0; i < values.length; i++) {
            assertThat(single.toDoubles()[i]).isEqualTo((float) values[i]);
            assertThat(half.toDoubles()[i]).as("bf16 of " + values[i]).isEqualTo(bf16((float) values[i]));
        }
        assertThat(Tensor.ofLongs(backend(), -3, 0, 7).cast(DType.FLOAT32).toDoubles())
                .containsExactly(-3, 0, 7);
        assertThat(Tensor.ofLongs(backend(), 3, 0, 200).cast(DType.UINT8).toDoubles())
                .containsExactly(3, 0, 200);
    }

    private static double bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + 0x7fff + ((bits >>> 16) & 1);
        return Float.intBitsToFloat(rounded & 0xffff0000);
    }

    @Test
    final void castAndCopyOfAnyLayoutLieRowByRow() {
        for (DType dtype : dtypes()) {
            Tensor x = random(dtype, 3, 3, 5);
            for (Tensor layout : layouts(x)) {
                assertThat(layout.copy().toDoubles()).isEqualTo(x.toDoubles());
                Tensor cast = layout.cast(DType.FLOAT64);
                ByteBuffer bytes = ByteBuffer.allocateDirect(15 * 8).order(ByteOrder.LITTLE_ENDIAN);
                backend().read(cast.array(), 0, bytes);
                assertThat(bytes.flip().getDouble(8)).isEqualTo(x.toDoubles()[1]);
            }
            Tensor copy = x.copy();
            x.fillInPlace(0);
            assertThat(copy.toDoubles())
                    .as("a copy has memory of its own")
                    .contains(Host.of(copy).values());
            assertThat(copy.sum().item()).isNotZero();
        }
    }

    @Test
    final void copyBroadcastsAndCasts() {
        for (DType from : dtypes()) {
            for (DType to : dtypes()) {
                Tensor source = random(from, 4, 1, 5);
                Tensor target = Tensor.zeros(backend(), to, 3, 5);
                target.copyFrom(source);
                Host expected = Host.of(source.cast(to)).zip(new Host(new double[3], 3, 1), (a, b) -> a);
                assertClose(target, expected, 0, from + " to " + to);
                Tensor columns = Tensor.zeros(backend(), to, 5, 3);
                columns.transposed().copyFrom(source);
                assertClose(columns, expected.transpose(0, 1), 0, "into columns");
            }
        }
    }

    @Test
    final void memoryStatisticsAreSane() {
        assertThat(backend().memory().current()).isPositive();
        assertThat(backend().memory().peak())
                .isGreaterThanOrEqualTo(backend().memory().current() / 2);
        backend().resetPeakMemory();
        backend().synchronize();
        assertThat(backend().device()).isEqualTo(device());
        assertThat(backend().name()).isEqualTo(factory().name());
        assertThat(factory().devices()).contains(device());
        assertThat(backend().capabilities().dtypes()).contains(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);
        assertThat(backend().capabilities().dtypes())
                .containsAll(backend().capabilities().nativeDtypes());
    }

    @Test
    final void activationsComeBackFromTheStoreBitForBit() {
        // Two of the largest do not fit into one of the file's pieces.
        long[] rows = {3, 5_000, 9_000, 9_000, 1};
        try (ActivationStore store = backend().activationStore(Path.of("").toAbsolutePath())) {
            for (int round = 0; round < 2; round++) {
                List<ActivationStore.Stored> stored = new ArrayList<>();
                for (int i = 0; i < rows.length; i++) {
                    try (Tensor tensor = Tensor.uniform(backend(), i, DType.FLOAT32, rows[i], 1024)) {
                        stored.add(store.put(tensor));
                    }
                }
                for (int i = rows.length - 1; i >= 0; i--) {
                    try (Tensor taken = stored.get(i).take();
                            Tensor same = Tensor.uniform(backend(), i, DType.FLOAT32, rows[i], 1024)) {
                        assertThat(taken.toFloats()).isEqualTo(same.toFloats());
                    }
                }
            }
            assertThat(store.mostBytes()).isEqualTo(LongStream.of(rows).sum() * 4096);
            assertThat(store.describe()).isNotBlank();
        }
    }

    @Test
    final void whatIsDroppedMakesRoomInAnyOrder() {
        try (ActivationStore store = backend().activationStore(Path.of("").toAbsolutePath());
                Tensor tensor = Tensor.uniform(backend(), 1, DType.FLOAT32, 16, 4);
                Tensor transposed = tensor.transposed()) {
            ActivationStore.Stored first = store.put(tensor);
            ActivationStore.Stored second = store.put(transposed);
            first.drop();
            try (Tensor taken = second.take()) {
                assertThat(taken.shape()).containsExactly(4, 16);
                assertThat(taken.toFloats()).isEqualTo(transposed.toFloats());
            }
            second.drop();
            ActivationStore.Stored third = store.put(tensor);
            assertThat(store.mostBytes()).isEqualTo(2 * tensor.byteSize());
            third.drop();
        }
    }

    @Test
    final void operandsThatDoNotFitAreInternalErrors() {
        Tensor three = Tensor.zeros(backend(), DType.FLOAT32, 3);
        Tensor four = Tensor.zeros(backend(), DType.FLOAT32, 4);
        Tensor wide = Tensor.zeros(backend(), DType.FLOAT64, 3);
        Tensor matrix = Tensor.zeros(backend(), DType.FLOAT32, 2, 3);
        Tensor beyond = Tensor.ofLongs(backend(), 2);
        List<Runnable> mistakes = new ArrayList<>(List.of(
                () -> three.plus(four),
                () -> three.plus(wide),
                () -> three.addInPlace(four, 1),
                () -> matrix.matmul(matrix),
                () -> matrix.matmul(Tensor.zeros(backend(), DType.FLOAT64, 3, 2)),
                () -> matrix.gatherRows(three),
                () -> matrix.narrow(1, 2, 2),
                () -> matrix.narrow(2, 0, 1),
                () -> matrix.reshape(4, -1),
                () -> matrix.copyFrom(four),
                () -> Tensor.concatenate(0, List.of(matrix, Tensor.zeros(backend(), DType.FLOAT32, 2, 4)))));
        if (!backend().computesAhead()) {
            // A device that computes ahead checks an index only after the call has returned.
            Tensor right = Tensor.ofLongs(backend(), 0, 3);
            mistakes.add(() -> matrix.gatherRows(beyond));
            mistakes.add(() -> matrix.gatherRows(Tensor.ofLongs(backend(), -1)));
            mistakes.add(() -> matrix.addRowsInPlace(beyond, Tensor.zeros(backend(), DType.FLOAT32, 1, 3)));
            mistakes.add(() -> matrix.pick(right));
            mistakes.add(() -> matrix.addAtInPlace(right, 1));
        }
        for (int i = 0; i < mistakes.size(); i++) {
            assertThatThrownBy(mistakes.get(i)::run, "mistake " + i)
                    .isInstanceOf(InternalException.class)
                    .message()
                    .isNotBlank();
        }
    }

    /** Larger than what a backend may take at a time, and of a length that is no multiple of anything. */
    @Test
    final void whatIsLoadedIsWhatTheSourceGives() {
        int bytes = (20 << 20) + 3;
        try (Tensor target = Tensor.zeros(backend(), DType.UINT8, bytes)) {
            backend().load(target.array(), (offset, piece) -> {
                for (long at = offset; piece.hasRemaining(); at++) {
                    piece.put(loaded(at));
                }
            });
            ByteBuffer read = ByteBuffer.allocate(bytes);
            backend().read(target.array(), 0, read);
            for (int i = 0; i < bytes; i++) {
                if (read.get(i) != loaded(i)) {
                    assertThat(read.get(i)).as("byte %d", i).isEqualTo(loaded(i));
                }
            }
        }
        try (Tensor nothing = Tensor.zeros(backend(), DType.FLOAT32, 0)) {
            backend().load(nothing.array(), (offset, piece) -> assertThat(piece.hasRemaining())
                    .isFalse());
        }
    }

    private static byte loaded(long offset) {
        // Differs from piece to piece, whatever their size.
        return (byte) (offset * 31 + (offset >> 13) + (offset >> 20) * 7);
    }

    /** After a failure no thread still reads. */
    @Test
    final void aSourceThatFailsIsHeard() {
        AtomicInteger reading = new AtomicInteger();
        try (Tensor target = Tensor.zeros(backend(), DType.UINT8, 40 << 20)) {
            assertThatThrownBy(() -> backend().load(target.array(), (offset, piece) -> {
                        reading.incrementAndGet();
                        try {
                            if (offset > 0) {
                                throw new DataException("the file ends at " + offset);
                            }
                            piece.position(piece.limit());
                        } finally {
                            reading.decrementAndGet();
                        }
                    }))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("the file ends at");
            assertThat(reading).hasValue(0);
        }
    }

    @Test
    final void partsOfFilesAreMapped(@TempDir Path folder) throws IOException {
        byte[] content = new byte[100_003];
        new SplittableRandom(40).nextBytes(content);
        Path file = Files.write(folder.resolve("bytes"), content);
        try (Tensor part = Tensor.of(backend(), backend().mapped(file, 1001, DType.UINT8, 50_000))) {
            assertThat(part.dtype()).isEqualTo(DType.UINT8);
            assertThat(part.shape()).containsExactly(50_000);
            ByteBuffer read = ByteBuffer.allocate(49_990);
            backend().read(part.array(), 10, read);
            assertThat(read.array()).isEqualTo(Arrays.copyOfRange(content, 1011, 51_001));
            assertThat(part.rows(7, 3).cast(DType.INT64).toDoubles())
                    .containsExactly(content[1008] & 0xff, content[1009] & 0xff, content[1010] & 0xff);
        }
        try (Tensor matrix = Tensor.of(backend(), backend().mapped(file, 3004, DType.FLOAT32, 30, 20))) {
            assertThat(matrix.shape()).containsExactly(30, 20);
            ByteBuffer read = ByteBuffer.allocate(2400);
            backend().read(matrix.array(), 0, read);
            assertThat(read.array()).isEqualTo(Arrays.copyOfRange(content, 3004, 5404));
        }
    }
}
