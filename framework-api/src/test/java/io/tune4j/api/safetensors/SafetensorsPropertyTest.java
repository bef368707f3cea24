// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class SafetensorsPropertyTest {
    private static Path directory;

    @BeforeContainer
    static void createDirectory() throws IOException {
        directory = Files.createTempDirectory("safetensors-properties");
    }

    @AfterContainer
    static void deleteDirectory() throws IOException {
        for (String name : ExistingFiles.names(directory)) {
            Files.delete(directory.resolve(name));
        }
        Files.delete(directory);
    }

    @Provide
    Arbitrary<List<TensorSpec>> specs() {
        Arbitrary<String> name = Arbitraries.strings()
                .ofMaxLength(12)
                .filter(text -> !text.equals(SafetensorsHeader.METADATA)
                        && text.chars().noneMatch(c -> Character.isSurrogate((char) c)));
        Arbitrary<long[]> shape =
                Arbitraries.longs().between(0, 5).array(long[].class).ofMaxSize(4);
        return Combinators.combine(name, Arbitraries.of(DType.class), shape)
                .as(TensorSpec::new)
                .list()
                .ofMaxSize(6)
                .uniqueElements(TensorSpec::name);
    }

    @Provide
    Arbitrary<Map<String, String>> metadata() {
        Arbitrary<String> text = Arbitraries.strings().ofMaxLength(6).filter(t -> t.chars()
                .noneMatch(c -> Character.isSurrogate((char) c)));
        return Arbitraries.maps(text, text).ofMaxSize(3);
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(
            @ForAll("specs") List<TensorSpec> specs,
            @ForAll("metadata") Map<String, String> metadata,
            @ForAll long seed) {
        Path path = directory.resolve("round.safetensors");
        Map<String, byte[]> contents = new HashMap<>();
        Random random = new Random(seed);
        for (TensorSpec spec : specs) {
            byte[] content = new byte[(int) spec.byteLength()];
            random.nextBytes(content);
            contents.put(spec.name(), content);
        }

        SafetensorsWriter.write(
                path, specs, metadata, (tensor, sink) -> sink.accept(ByteBuffer.wrap(contents.get(tensor.name()))));

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).isEqualTo(metadata);
            assertThat(file.entries().keySet()).isEqualTo(contents.keySet());
            for (TensorSpec spec : specs) {
                TensorEntry entry = file.entries().get(spec.name());
                assertThat(new TensorSpec(entry.name(), entry.dtype(), entry.shape()))
                        .isEqualTo(spec);
                assertThat(RawFiles.read(file, spec.name())).isEqualTo(contents.get(spec.name()));
                // The format's alignment: bytes of a dtype begin at a multiple of its size.
                assertThat(entry.byteOffset() % spec.dtype().byteSize()).isZero();
            }
        }
    }

    @Property(tries = 1500)
    void aMutatedHeaderIsReadOrRefusedForAReason(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int mutations)
            throws IOException {
        Random random = new Random(seed);
        byte[] bytes = validFile();
        for (int i = 0; i < mutations; i++) {
            bytes = mutate(bytes, random);
        }
        Path path = Files.write(directory.resolve("mutated.safetensors"), bytes);

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (TensorEntry entry : file.entries().values()) {
                if (entry.storedType().dtype() != null) {
                    assertThat(RawFiles.read(file, entry.name())).hasSize((int) entry.byteLength());
                }
            }
        } catch (UserException e) {
            assertThat(e).hasMessageContaining(path.toString());
        }
    }

    private static byte[] validFile() {
        return RawFiles.bytes(
                "{\"__metadata__\":{\"format\":\"pt\"},\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[24,26]},"
                        + "\"c\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[26,26]}}",
                26);
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return bytes;
        }
        int headerEnd = Math.max(1, bytes.length - 26);
        int at = random.nextInt(headerEnd);
        byte[] mutated = bytes.clone();
        switch (random.nextInt(5)) {
            case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> mutated[at] = (byte) random.nextInt(256);
            case 2 -> mutated[at] = (byte) "{}[]\",:0123456789-eE. \\nu".charAt(random.nextInt(25));
            case 3 -> mutated = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            default -> {
                // Doubling a stretch makes duplicates, nesting and overlaps.
                int end = Math.min(bytes.length, at + random.nextInt(80));
                mutated = new byte[end + bytes.length - at];
                System.arraycopy(bytes, 0, mutated, 0, end);
                System.arraycopy(bytes, at, mutated, end, bytes.length - at);
                if (random.nextBoolean() && mutated.length > 8) {
                    ByteBuffer.wrap(mutated)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(0, Math.max(0, mutated.length - 34));
                }
            }
        }
        return mutated;
    }
}
