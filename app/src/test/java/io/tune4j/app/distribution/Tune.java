// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The built distribution's {@code bin/tune}, run as a user runs it. */
final class Tune {
    static final Path HOME = Path.of("target/dist/tune4j").toAbsolutePath();
    private static final long LONGEST_SECONDS = 180;

    /**
     * How a run ended.
     *
     * @param output standard output and error together
     */
    record Result(int exitCode, String output) {}

    private Tune() {}

    /** A distribution of its own, to which plugins can be added; what is large is linked. */
    static Path installation(Path home) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("plugins"));
        Files.copy(HOME.resolve("bin/tune"), home.resolve("bin/tune"));
        for (String folder : List.of("lib", "configs")) {
            Files.createSymbolicLink(home.resolve(folder), HOME.resolve(folder));
        }
        try (Stream<Path> plugins = Files.list(HOME.resolve("plugins"))) {
            for (Path plugin : plugins.toList()) {
                Files.createSymbolicLink(home.resolve("plugins").resolve(plugin.getFileName()), plugin);
            }
        }
        return home;
    }

    /** Removes the links, so that nobody deletes what they lead to. */
    static void unlink(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    static Process start(Path log, List<String> arguments) throws IOException {
        return start(HOME, Map.of(), log, arguments);
    }

    static Process start(Path home, Map<String, String> environment, Path log, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/tune").toString()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Result run(Path folder, String... arguments) throws IOException, InterruptedException {
        return run(HOME, Map.of(), folder, arguments);
    }

    /** @param home of another installation */
    static Result run(Path home, Map<String, String> environment, Path folder, String... arguments)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "run", ".log");
        Process process = start(home, environment, log, List.of(arguments));
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("tune did not end: " + Files.readString(log));
        }
        return new Result(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    }
}
