// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that load the library for the first time, at the same time. */
@Tag("exhaustive")
class FirstLoadSlowTest {
    private static final int PROCESSES = 3;

    /** One of them. */
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) {
            Native.load();
            try (var two = torch.ones(2)) {
                System.out.println("loaded " + two.numel());
            }
        }
    }

    private static Process start(Path folder, String name, Class<?> main) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        // Where there would be a report of a crash.
                        "-XX:ErrorFile=" + folder.resolve("crash" + name),
                        "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output" + name).toFile())
                .start();
    }

    private static void assertLoads(Process process, Path folder, String name)
            throws IOException, InterruptedException {
        assertThat(process.waitFor(5, TimeUnit.MINUTES))
                .as("process %s ended", name)
                .isTrue();
        assertThat(Files.readString(folder.resolve("output" + name)))
                .as("process %s", name)
                .contains("loaded 2");
        assertThat(process.exitValue()).as("process %s", name).isZero();
    }

    @Test
    void doesNotDisturbOthers(@TempDir Path folder) throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(start(folder, String.valueOf(i), Loading.class));
        }
        try {
            for (int i = 0; i < PROCESSES; i++) {
                assertLoads(processes.get(i), folder, String.valueOf(i));
            }
        } finally {
            for (Process process : processes) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** First starts that are killed at any moment, and a start after each. More of them with {@code -Dtune4j.kills=100}. */
    @Test
    void aKilledFirstStartDoesNotHarmLaterOnes(@TempDir Path folder) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        assertLoads(start(folder, "whole", Loading.class), folder, "whole");
        long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        Random random = new Random();
        for (int i = 0; i < Integer.getInteger("tune4j.kills", 2); i++) {
            deleteFiles(folder.resolve("cache"));
            Process process = start(folder, "killed", Loading.class);
            long moment = random.nextLong(whole);
            boolean ended = process.waitFor(moment, TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
            String name = "after" + i;
            assertLoads(start(folder, name, Loading.class), folder, name);
            System.out.println("kill " + i + (ended ? " too late" : " after " + moment + " of " + whole + " ms"));
        }
    }

    private static void deleteFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    /** Cuts each library off in turn, then loads them all. */
    static final class Truncating {
        private Truncating() {}

        public static void main(String[] arguments) throws IOException {
            JavacppCache cache = new JavacppCache();
            Class<?>[] classes = {Pointer.class, openblas_nolapack.class, torch.class};
            Path folder = cache.prepare("libtorch", classes);
            List<Path> libraries;
            try (Stream<Path> files = Files.walk(folder)) {
                libraries = files.filter(file -> file.toString().contains(".jar/")
                                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                        .toList();
            }
            for (Path library : libraries) {
                long size = Files.size(library);
                try (FileChannel channel = FileChannel.open(library, StandardOpenOption.WRITE)) {
                    channel.truncate(size / 2);
                }
                cache.prepare("libtorch", classes);
                System.out.println(library.getFileName() + (Files.size(library) == size ? " mended" : " broken"));
            }
            List<Object> before = keys(libraries);
            Loading.main(arguments);
            System.out.println(keys(libraries).equals(before) ? "as unpacked" : "unpacked again by JavaCPP");
            System.out.println(libraries.size() + " libraries");
        }

        private static List<Object> keys(List<Path> libraries) throws IOException {
            List<Object> keys = new ArrayList<>();
            for (Path library : libraries) {
                keys.add(
                        Files.readAttributes(library, BasicFileAttributes.class).fileKey());
            }
            return keys;
        }
    }

    @Test
    void aLibraryThatWasCutOffIsUnpackedAgain(@TempDir Path folder) throws IOException, InterruptedException {
        Process process = start(folder, "", Truncating.class);
        assertLoads(process, folder, "");
        String output = Files.readString(folder.resolve("output"));
        assertThat(output.lines().filter(line -> line.endsWith(" mended")))
                .hasSizeGreaterThanOrEqualTo(10)
                .contains(System.mapLibraryName("torch_cpu") + " mended");
        assertThat(output)
                .contains("as unpacked")
                .doesNotContain("broken")
                .contains("was damaged and is made again: " + System.mapLibraryName("torch_cpu"));
    }
}
