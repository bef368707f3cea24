// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.config.ConfigWriter;
import io.tune4j.engine.torch.TorchFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameworkFuzzTest {
    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void open(Path folder, String name, byte[] input) throws IOException {
        Path file = Files.write(folder.resolve(name), input);
        try (Checkpoint checkpoint = Checkpoint.open(List.of(file), null, List.of(new TorchFormat()))) {
            checkpoint.entries().values().forEach(entry -> assertThat(entry.byteLength())
                    .isNotNegative());
        }
    }

    @Test
    void safetensors() throws Exception {
        Fuzzing.run(new Safetensors(), folder, 500);
    }

    static final class Safetensors implements FuzzTarget {
        private static byte[] file(String header, int content) {
            return ByteBuffer.allocate(8 + header.length() + content)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length())
                    .put(bytes(header))
                    .array();
        }

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 16),
                    file(
                            "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]}}",
                            2),
                    file("{}", 0));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            open(folder, "model.safetensors", input);
        }
    }

    @Test
    void shardIndexes() throws Exception {
        Fuzzing.run(new ShardIndexes(), folder, 500);
    }

    static final class ShardIndexes implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("{\"metadata\":{\"total_size\":16},\"weight_map\":{\"a\":\"model.safetensors\"}}"),
                    bytes("{\"weight_map\":{\"a\":\"../model.safetensors\",\"b\":\"\\u0000\"}}"),
                    bytes("{\"weight_map\":{\"a\":\"model.safetensors\",\"a\":\"x\"}}"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Path checkpoint = Files.createDirectories(folder.resolve("sharded"));
            Files.write(
                    checkpoint.resolve("model.safetensors"),
                    new Safetensors().seeds().get(0));
            Files.write(checkpoint.resolve("model.safetensors.index.json"), input);
            try (Checkpoint opened = Checkpoint.open(checkpoint)) {
                assertThat(opened.entries()).isNotEmpty();
            }
        }
    }

    @Test
    void torchArchives() throws Exception {
        Fuzzing.run(new TorchArchives(), folder, 500);
    }

    static final class TorchArchives implements FuzzTarget {
        @Override
        public List<byte[]> seeds() throws IOException {
            return List.of(TorchPickles.archive(TorchPickles.GOOD));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            open(folder, "pytorch_model.bin", input);
        }
    }

    @Test
    void torchPickles() throws Exception {
        Fuzzing.run(new TorchPickles(), folder, 500);
    }

    static final class TorchPickles implements FuzzTarget {
        static final byte[] GOOD = bytes("\u0080\2}(X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storage"
                + "ctorch\nFloatStorage\nX\1\0\0\0" + "0X\3\0\0\0cpuK\4tQK\0K\4\u0085K\1\u0085\u0089)tRu.");

        static byte[] archive(byte[] pickle) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                for (Map.Entry<String, byte[]> file :
                        Map.of("m/data.pkl", pickle, "m/data/0", new byte[16]).entrySet()) {
                    CRC32 sum = new CRC32();
                    sum.update(file.getValue());
                    ZipEntry entry = new ZipEntry(file.getKey());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(file.getValue().length);
                    entry.setCrc(sum.getValue());
                    zip.putNextEntry(entry);
                    zip.write(file.getValue());
                }
            }
            return bytes.toByteArray();
        }

        @Override
        public List<byte[]> seeds() {
            StringBuilder doubling = new StringBuilder("\u0080\2]q\0" + "0");
            for (int i = 1; i < 50; i++) {
                String before = "h" + (char) (i - 1);
                doubling.append("]q")
                        .append((char) i)
                        .append('(')
                        .append(before)
                        .append(before)
                        .append("e0");
            }
            return List.of(
                    GOOD,
                    bytes("}]q\0h\0a0(h\0K\1u."),
                    bytes("\u0080\2}q\1]q\0h\0ah\0K\1s."),
                    bytes(doubling + "}(h1K\1u."),
                    bytes(doubling + "h1X\1\0\0\0x\u0093."),
                    bytes(doubling + "(X\7\0\0\0storagectorch\nFloatStorage\nh1tQ."));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            open(folder, "pytorch_model.bin", archive(input));
        }
    }

    @Test
    void configs() throws Exception {
        Fuzzing.run(new Configs(), folder, 500);
    }

    static final class Configs implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("output_dir: /tmp/x\nmodel: {_component_: lora_llama, lora_rank: 8, m: [q_proj, v_proj]}\n"
                            + "optimizer:\n  lr: 1e-4\n  name: ${output_dir}/${model.lora_rank}\nseed: null\n"),
                    bytes("a: &x {b: 1}\nc: {<<: *x, d: ${.b}}\ne: ${oc.env:HOME,x}\nf: '\\${a}'\n"),
                    bytes("a: " + "${".repeat(300)),
                    bytes("a: " + "[".repeat(300)));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Path file = Files.write(folder.resolve("c.yaml"), input);
            Problems problems = new Problems();
            Notices notices = new Notices();
            Mapping tree = ConfigLoader.load(
                    ConfigLoader.read(file),
                    "c.yaml",
                    List.of("model.lora_rank=2", "a.b=[1, 2]"),
                    Map.of("HOME", "/h"),
                    Map.of(),
                    problems,
                    notices);
            ConfigWriter.write(tree, problems, true);
            ConfigReader reader = new ConfigReader(tree, problems, notices);
            reader.string("output_dir");
            reader.section("model").integer("lora_rank", 8);
            reader.finish();
            problems.throwIfAny();
        }
    }
}
