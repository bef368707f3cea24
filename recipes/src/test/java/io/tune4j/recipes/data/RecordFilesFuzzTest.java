package io.tune4j.recipes.data;

import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
}
