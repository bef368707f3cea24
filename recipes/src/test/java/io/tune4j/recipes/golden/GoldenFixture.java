// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A folder of reference values: a small checkpoint, expected.json, and an adapter folder per case. */
record GoldenFixture(Path folder, JsonNode expected) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static GoldenFixture read(Path folder) {
        return new GoldenFixture(folder, json(folder.resolve("expected.json")));
    }

    /** The fixtures here and in models-others, and those of the folder that {@code -Dtune4j.golden.dir} names. */
    static List<GoldenFixture> all() {
        List<GoldenFixture> fixtures = new ArrayList<>(in(Path.of("src/test/resources/golden")));
        fixtures.addAll(in(Path.of("../models-others/src/test/resources/golden")));
        String further = System.getProperty("tune4j.golden.dir", "");
        if (!further.isBlank()) {
            // Maven runs tests in the module's folder, but a relative path is meant from where the command was given.
            Path given = Path.of(further);
            List<GoldenFixture> found =
                    in(Files.isDirectory(given) ? given : Path.of("..").resolve(given));
            if (found.isEmpty()) {
                throw new IllegalArgumentException(
                        "no fixture (a folder with expected.json and config.json) in " + further);
            }
            fixtures.addAll(found);
        }
        return fixtures;
    }

    private static List<GoldenFixture> in(Path parent) {
        try (Stream<Path> folders = Files.list(parent)) {
            return Stream.concat(Stream.of(parent), folders.sorted())
                    .filter(folder -> Files.exists(folder.resolve("expected.json"))
                            && Files.exists(folder.resolve("config.json")))
                    .map(GoldenFixture::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the adapter cases: lora, dora, rslora or what else the file holds. */
    List<String> cases() {
        List<String> names = new ArrayList<>();
        expected.fields().forEachRemaining(entry -> {
            if (entry.getValue().isObject() && entry.getValue().has("adapter_dir")) {
                names.add(entry.getKey());
            }
        });
        return names;
    }

    JsonNode adapterCase(String name) {
        return expected.get(name);
    }

    Path adapterFolder(String name) {
        return folder.resolve(adapterCase(name).get("adapter_dir").asText());
    }

    JsonNode adapterConfig(String name) {
        return json(adapterFolder(name).resolve("adapter_config.json"));
    }

    /** The batch that logits, loss and gradients belong to. */
    RaggedBatch evaluationBatch() {
        return batch(expected);
    }

    RaggedBatch batch(int index) {
        return batch(expected.get("batches").get(index));
    }

    /** The sequences of a batch as a batch each. */
    List<RaggedBatch> sequences(int index) {
        JsonNode whole = expected.get("batches").get(index);
        List<RaggedBatch> batches = new ArrayList<>();
        for (int s = 0; s < whole.get("input_ids").size(); s++) {
            ObjectNode single = JsonNodeFactory.instance.objectNode();
            single.putArray("input_ids").add(whole.get("input_ids").get(s));
            single.putArray("labels").add(whole.get("labels").get(s));
            batches.add(batch(single));
        }
        return batches;
    }

    /** The labels are unshifted: row i predicts label i + 1 of its sequence. */
    static RaggedBatch batch(JsonNode node) {
        List<String> ids = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        List<Long> rows = new ArrayList<>();
        List<Long> labels = new ArrayList<>();
        for (int s = 0; s < node.get("input_ids").size(); s++) {
            JsonNode sequence = node.get("input_ids").get(s);
            JsonNode sequenceLabels = node.get("labels").get(s);
            ids.add("golden#" + s);
            lengths.add(sequence.size());
            for (int i = 0; i < sequence.size(); i++) {
                if (i > 0 && sequenceLabels.get(i).asLong() != -100) {
                    rows.add(tokens.size() - 1L);
                    labels.add(sequenceLabels.get(i).asLong());
                }
                tokens.add(sequence.get(i).asLong());
            }
        }
        return new RaggedBatch(
                ids,
                longs(tokens),
                longs(rows),
                longs(labels),
                SequenceLayout.ofLengths(
                        lengths.stream().mapToInt(Integer::intValue).toArray()));
    }

    /** The rows of {@link #evaluationBatch} whose logits are given. */
    long[] logitRows() {
        int length = expected.get("input_ids").get(0).size();
        List<Long> rows = new ArrayList<>();
        for (JsonNode position : expected.get("logit_positions")) {
            rows.add(position.get(0).asLong() * length + position.get(1).asLong());
        }
        return longs(rows);
    }

    static double[] doubles(JsonNode array) {
        List<Double> values = new ArrayList<>();
        for (JsonNode element : array) {
            if (element.isArray()) {
                for (JsonNode inner : element) {
                    values.add(inner.asDouble());
                }
            } else {
                values.add(element.asDouble());
            }
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
