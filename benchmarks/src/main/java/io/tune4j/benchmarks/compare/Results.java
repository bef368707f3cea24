// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The file of results: a JSON object for each run of a program, with the row and the round that it belongs to. */
final class Results {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<JsonNode> lines = new ArrayList<>();

    Results(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    lines.add(JSON.readTree(line));
                }
            }
        }
    }

    /** The number of a row's next round, from 1. */
    int nextRound(Work work) {
        return of(work).stream()
                        .mapToInt(line -> line.path("round").asInt())
                        .max()
                        .orElse(0)
                + 1;
    }

    void add(Work work, int round, String program, String printed) throws IOException {
        ObjectNode line = JSON.createObjectNode();
        line.put("row", work.key());
        line.put("round", round);
        line.put("program", program);
        line.setAll((ObjectNode) JSON.readTree(printed));
        lines.add(line);
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        Files.write(
                file,
                (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    List<JsonNode> of(Work work) {
        return lines.stream()
                .filter(line -> line.path("row").asText().equals(work.key()))
                .toList();
    }
}
