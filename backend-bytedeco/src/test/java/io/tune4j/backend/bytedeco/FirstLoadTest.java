package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that load the library for the first time, at the same time. */
class FirstLoadTest {
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

    @Test
    void doesNotDisturbOthers(@TempDir Path folder) throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            // Where there would be a report of a crash.
                            "-XX:ErrorFile=" + folder.resolve("crash" + i),
                            "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Loading.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output" + i).toFile())
                    .start());
        }
        try {
            for (int i = 0; i < PROCESSES; i++) {
                Process process = processes.get(i);
                assertThat(process.waitFor(5, TimeUnit.MINUTES))
                        .as("process %d ended", i)
                        .isTrue();
                assertThat(Files.readString(folder.resolve("output" + i)))
                        .as("process %d", i)
                        .contains("loaded 2");
                assertThat(process.exitValue()).as("process %d", i).isZero();
            }
        } finally {
            for (Process process : processes) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
