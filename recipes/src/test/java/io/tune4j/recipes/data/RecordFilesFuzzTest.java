// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.github.luben.zstd.Zstd;
import io.tune4j.recipes.checkpoint.FinishedResults;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesFuzzTest {
    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void read(Path folder, String name, byte[] input) throws IOException {
        ReadRecords files = ReadRecords.in(folder);
        files.of(List.of(files.write(name, input)), null);
    }

    @Test
    void jsonLines() throws Exception {
        Fuzzing.run(new JsonLines(), folder, 500);
    }

    static final class JsonLines implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("{\"instruction\":\"a\",\"output\":\"b\\u00e9\"}\n{\"output\":1.50}\n\n"),
                    bytes("[{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]},{}]"),
                    bytes("{\"a\":" + "[".repeat(1500) + "]".repeat(1500) + "}"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            RecordFilesFuzzTest.read(folder, "a.jsonl", input);
        }
    }

    @Test
    void csv() throws Exception {
        Fuzzing.run(new Csv(), folder, 500);
    }

    static final class Csv implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("instruction,output\n\"a \"\"b\"\"\",c\nx,\"two\nlines\"\n"),
                    bytes("a\tb\r\n1\t2\r\n"),
                    bytes("\uFEFFa,b\n"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            RecordFilesFuzzTest.read(folder, "a.csv", input);
        }
    }

    @Test
    void trainingStates() throws Exception {
        Fuzzing.run(new States(), folder, 500);
    }

    static final class States implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes(
                            "{\"format\":1,\"step\":4,\"seed\":7,\"bestLoss\":1.5,\"validation\":null,\"settings\":{\"dtype\":\"bf16\"}}"),
                    bytes("null"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Files.write(folder.resolve("state.json"), input);
            TrainingStates.read(folder);
        }
    }

    @Test
    void results() throws Exception {
        Fuzzing.run(new Results(), folder, 500);
    }

    static final class Results implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("{\"step\":4,\"files\":{\"adapter/adapter_config.json\":700,\"adapter/x\":1}}"),
                    bytes("{\"step\":4,\"files\":null}"),
                    bytes("{\"step\":4,\"files\":{\"adapter/x\":null}}"),
                    bytes("{\"step\":4,\"files\":{\"adapter/\\u0000\":1}}"),
                    bytes("null"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Files.write(folder.resolve(FinishedResults.FILE), input);
            new FinishedResults(folder).missing(4, List.of("adapter"));
        }
    }

    @Test
    void texts() throws Exception {
        Fuzzing.run(new Texts(), folder, 500);
    }

    /** Lines, packed or not. */
    static final class Texts implements FuzzTarget {
        @Override
        public List<byte[]> seeds() throws IOException {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(bytes("one\r\ntwo\n\nthree"));
            }
            return List.of(
                    bytes("one\ntwo\r\r\nthree\u00e9"),
                    packed.toByteArray(),
                    Zstd.compress(bytes("one\ntwo\n")),
                    bytes("\uFEFFone"),
                    new byte[] {'P', 'K', 3, 4});
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            RecordFilesFuzzTest.read(folder, "a.txt", input);
        }
    }

    @Test
    void cards() throws Exception {
        Fuzzing.run(new Cards(), folder, 500);
    }

    static final class Cards implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes(
                            "---\nconfigs:\n- config_name: a\n  default: true\n  data_files:\n  - split: train\n    path: [x/*.json]\n"
                                    + "- config_name: b\n  data_dir: ./y/\n  data_files: {test: z}\n---\n# About\n"),
                    bytes("---\nconfigs: &a [*a]\n---\n"),
                    bytes("---\nconfigs:\n- {config_name: &x [1], data_files: *x}\n---\n"));
        }

        @Override
        public void read(Path folder, byte[] input) {
            DatasetCard.read(new String(input, StandardCharsets.UTF_8), "someone/something");
        }
    }
}
