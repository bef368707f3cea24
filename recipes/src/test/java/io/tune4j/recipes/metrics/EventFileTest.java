// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    /** Written by Python's tensorboard 2.21 (RecordWriter, event_pb2) with the same events. */
    private static final String GOLDEN = "1800000000000000a37f4b22"
            + "0900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9"
            + "0f000000000000006d532b09"
            + "0900001040fc54d94110043a02080128b18957"
            + "2600000000000000734fe300"
            + "0900001040fc54d94110ac022a180a0b0a046c6f737315000020400a090a026c721552499d39462a9ab4";

    @TempDir
    private Path folder;

    @Test
    void bytesEqualThoseOfTensorBoardsOwnWriter() throws IOException {
        Path file = folder.resolve("events");
        Clock clock = Clock.fixed(Instant.ofEpochSecond(1_700_000_000L, 250_000_000L), ZoneOffset.UTC);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 2.5);
        values.put("lr", 3e-4);
        try (EventFile events = new EventFile(file, clock)) {
            events.restart(4);
            events.scalars(300, values);
        }
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(GOLDEN);
    }

    @Test
    void eachRunHasAFolderAndAResumedOneGoesOnInIt() throws IOException {
        try (TensorBoardLogger first = new TensorBoardLogger(folder, true, 0)) {
            first.logConfig("seed: 1");
            first.log(1, Map.of("loss", 2.0));
        }
        List<Path> runs = list(folder);
        assertThat(runs).hasSize(1);
        assertThat(runs.get(0).getFileName().toString()).matches("run_0_\\d{10}\\.\\d{3}");
        try (TensorBoardLogger resumed = new TensorBoardLogger(folder, true, 1)) {
            resumed.log(2, Map.of("loss", Double.NaN));
        }
        assertThat(list(folder)).isEqualTo(runs);
        assertThat(list(runs.get(0))).hasSize(2);
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
