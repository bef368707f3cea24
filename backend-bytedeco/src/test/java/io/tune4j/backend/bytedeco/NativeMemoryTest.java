package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native memory that nobody gives back would show as a process that grows. */
class NativeMemoryTest {
    private static final long ALLOWED_GROWTH = 20L << 20;

    @Test
    void aThousandIterationsLeaveTheProcessAsItWas(@TempDir Path folder) throws IOException, InterruptedException {
        assumeThat(Path.of("/proc/self/status")).as("only Linux tells").exists();
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // A heap of fixed size whose pages are all there, so that only native memory can grow.
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MixedWorkload.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        Matcher matcher = Pattern.compile("growth=(-?\\d+)").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        assertThat(Long.parseLong(matcher.group(1)))
                .as("bytes that the process grew by in %d iterations", MixedWorkload.ITERATIONS)
                .isLessThan(ALLOWED_GROWTH);
    }
}
