// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run in a process of its own did to the files below a folder.
 *
 * @param before contents of the files that were there before, by path
 * @param blobs the contents that were synced
 */
record Recording(Map<String, String> before, List<DiskEvent> events, Path blobs) {
    private static final Path SOURCE = Path.of("src/test/resources/powercut/recorder.c");
    private static final long MINUTES = 3;

    /**
     * Compiles the library that records; skips the test where there is no compiler, or no LD_PRELOAD.
     *
     * @param folder for the library
     */
    static Path library(Path folder) throws IOException, InterruptedException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "power cuts are replayed on Linux only");
        String compiler = compiler();
        assumeTrue(
                compiler != null,
                "power cuts are not replayed: there is no C compiler (gcc, clang, cc) to record with");
        Path library = folder.resolve("recorder.so");
        String[] command = {
            compiler,
            "-shared",
            "-fPIC",
            "-O1",
            "-Wall",
            "-Werror",
            "-o",
            library.toString(),
            SOURCE.toString(),
            "-ldl",
            "-lpthread"
        };
        assertThat(finish(new ProcessBuilder(command), folder.resolve("compiler.log")))
                .isZero();
        return library;
    }

    private static @Nullable String compiler() {
        for (String name : List.of("gcc", "clang", "cc")) {
            for (String folder : String.valueOf(System.getenv("PATH")).split(":")) {
                if (Files.isExecutable(Path.of(folder, name))) {
                    return name;
                }
            }
        }
        return null;
    }

    /**
     * Runs the recipe.
     *
     * @param work for the record
     * @param root the folder whose files are recorded
     * @param config lines of YAML beside {@link RecordedRun}'s
     */
    static Recording of(Path library, Path work, Path root, String... config) throws IOException, InterruptedException {
        Path blobs = Files.createDirectories(work.resolve("blobs"));
        Path log = work.resolve("log");
        Map<String, String> before = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = "before-" + before.size();
                Files.copy(file, blobs.resolve(name));
                before.put(root.relativize(file).toString(), name);
            }
        }
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-cp",
                System.getProperty("java.class.path"),
                RecordedRun.class.getName(),
                root.resolve("out").toString()));
        command.addAll(List.of(config));
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().put("LD_PRELOAD", library.toString());
        process.environment().put("TUNE4J_DISK_ROOT", root.toString());
        process.environment().put("TUNE4J_DISK_LOG", log.toString());
        process.environment().put("TUNE4J_DISK_BLOBS", blobs.toString());
        assertThat(finish(process, work.resolve("run.log")))
                .as(() -> read(work.resolve("run.log")))
                .isZero();
        return new Recording(before, DiskEvent.read(log, root), blobs);
    }

    private static int finish(ProcessBuilder builder, Path output) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
