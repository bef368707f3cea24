// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library's cache, in processes of their own: a process loads it once. */
class TokenizerLibraryTest {
    /** One of them. */
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) throws IOException {
            System.setProperty("ai.djl.offline", "true");
            System.setProperty("OPT_OUT_TRACKING", "true");
            TokenizerLibrary.prepare();
            String json = "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"?\":1},\"unk_token\":\"?\"}}";
            try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), Map.of())) {
                System.out.println("token " + tokenizer.encode("a").getIds()[0]);
            }
        }
    }

    private static String load(Path folder) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:ErrorFile=" + folder.resolve("crash"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Loading.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().put("DJL_CACHE_DIR", folder.resolve("cache").toString());
        Process process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String output = Files.readString(folder.resolve("output"));
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    @Test
    void aDamagedLibraryIsUnpackedAgain(@TempDir Path folder) throws IOException, InterruptedException {
        assertThat(load(folder)).contains("token 0").doesNotContain("damaged");
        Path library;
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            library = files.filter(file -> file.endsWith(System.mapLibraryName("tokenizers")))
                    .findFirst()
                    .orElseThrow();
        }
        Files.write(library, new byte[1000]);
        assertThat(load(folder)).contains("token 0", "was damaged and is made again");
        Files.delete(library);
        Files.createDirectory(library);
        assertThat(load(folder)).contains("token 0", "was damaged and is made again");
    }
}
