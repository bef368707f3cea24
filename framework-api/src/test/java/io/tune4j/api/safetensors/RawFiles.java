// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Files put together byte by byte, also those that no writer would write. */
final class RawFiles {
    private RawFiles() {}

    static byte[] bytes(String header, int dataBytes) {
        return bytes(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] bytes(byte[] header, int dataBytes) {
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (int i = 0; i < dataBytes; i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    static Path write(Path path, String header, int dataBytes) throws IOException {
        return Files.write(path, bytes(header, dataBytes));
    }

    /** A valid file in which each name is a U8 tensor of one byte. */
    static Path withTensors(Path path, String... names) {
        List<TensorSpec> specs = Arrays.stream(names)
                .map(name -> new TensorSpec(name, DType.UINT8, 1))
                .toList();
        SafetensorsWriter.write(path, specs, Map.of(), (tensor, sink) -> sink.accept(ByteBuffer.allocate(1)));
        return path;
    }

    /** Copies a file that the reference implementation wrote. */
    static Path resource(Path directory, String name) throws IOException {
        Path copy = directory.resolve(name);
        try (InputStream in = RawFiles.class.getResourceAsStream("/safetensors/" + name)) {
            assertThat(in).as(name).isNotNull();
            Files.copy(in, copy);
        }
        return copy;
    }

    /** All bytes of a tensor. */
    static byte[] read(SafetensorsFile file, String name) {
        TensorEntry entry = file.entries().get(name);
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.byteLength());
        file.read(entry, 0, bytes);
        return bytes.array();
    }
}
