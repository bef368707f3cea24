package io.tune4j.app.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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

    static Process start(Path log, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("bin/tune").toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    static Result run(Path folder, String... arguments) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "run", ".log");
        Process process = start(log, List.of(arguments));
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("tune did not end: " + Files.readString(log));
        }
        return new Result(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    }
}
