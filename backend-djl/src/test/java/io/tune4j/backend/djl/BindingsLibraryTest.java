// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DJL's cache beside a libtorch of the user's, in processes of their own: a process loads it once. */
class BindingsLibraryTest {
    private static final String LIBRARY = System.mapLibraryName("djl_torch");

    @TempDir
    Path folder;

    /** One of them. */
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) {
            System.out.println("loaded " + Native.load().describe());
            Native.newHostManager().close();
            System.exit(0);
        }
    }

    /** A libtorch as its makers pack it, without the bindings. */
    private Path libtorch() throws IOException {
        Path natives = NativeFiles.find().folder();
        Path lib = Files.createDirectories(folder.resolve("libtorch/lib"));
        try (Stream<Path> files = Files.list(natives)) {
            for (Path file : files.filter(file -> !file.endsWith(LIBRARY)).toList()) {
                Files.createSymbolicLink(lib.resolve(file.getFileName()), file.toAbsolutePath());
            }
        }
        return lib;
    }

    private String load(Path libtorch) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:ErrorFile=" + folder.resolve("crash"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Loading.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("DJL_CACHE_DIR", folder.resolve("cache").toString());
        builder.environment().put("PYTORCH_LIBRARY_PATH", libtorch.toString());
        Process process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    @Test
    void aDamagedLibraryIsUnpackedAgain() throws IOException, InterruptedException {
        Path libtorch = libtorch();
        assertThat(load(libtorch)).contains("loaded libtorch").doesNotContain("damaged");
        Path library;
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            library = files.filter(file -> String.valueOf(file.getFileName()).endsWith(LIBRARY))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] whole = Files.readAllBytes(library);
        for (byte[] damaged : new byte[][] {new byte[0], new byte[1000], java.util.Arrays.copyOf(whole, 1 << 20)}) {
            Files.write(library, damaged);
            assertThat(load(libtorch)).contains("loaded libtorch", "was damaged and is made again", LIBRARY);
            assertThat(library).hasBinaryContent(whole);
        }
    }
}
