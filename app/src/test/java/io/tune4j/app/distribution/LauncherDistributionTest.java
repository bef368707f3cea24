package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How the launcher starts a runtime, which here only prints what it was started with. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherDistributionTest {
    private static final String KEEPS_CLASSES = "-XX:ArchiveClassesAtExit=";

    @TempDir
    Path folder;

    private Path runtime;

    @BeforeEach
    void makeRuntime() throws IOException {
        runtime = folder.resolve("runtime");
        Files.createDirectories(runtime.resolve("bin"));
        Files.createDirectories(runtime.resolve("lib/server"));
        Path java = Files.writeString(runtime.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        version("17.0.99");
    }

    private void version(String version) throws IOException {
        Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    private void addArchive() throws IOException {
        Files.createFile(runtime.resolve("lib/server/classes.jsa"));
    }

    private String started(Map<String, String> environment) throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(Map.of("JAVA_HOME", runtime.toString(), "JAVA_TOOL_OPTIONS", ""));
        all.putAll(environment);
        Tune.Result result = Tune.run(Tune.HOME, all, folder, "run", "lora_finetune_single_device");
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }

    @Test
    void java17KeepsClassesWhereItsRuntimeCan() throws IOException, InterruptedException {
        assertThat(started(Map.of()))
                .as("a runtime without an archive of its own, which would refuse to start")
                .contains("io.tune4j.app.Main")
                .doesNotContain(KEEPS_CLASSES);
        addArchive();
        assertThat(started(Map.of())).contains(KEEPS_CLASSES);
        assertThat(started(Map.of("TUNE4J_OPTS", "-Xshare:off")))
                .contains("-Xshare:off")
                .doesNotContain(KEEPS_CLASSES);
    }

    @Test
    void newerOnesKeepThemThemselves() throws IOException, InterruptedException {
        version("25.0.99");
        assertThat(started(Map.of()))
                .contains("-XX:+AutoCreateSharedArchive", "--sun-misc-unsafe-memory-access=allow")
                .doesNotContain(KEEPS_CLASSES);
    }

    @Test
    void anOldJavaIsRefused() throws IOException, InterruptedException {
        version("11.0.9");
        Tune.Result result = Tune.run(Tune.HOME, Map.of("JAVA_HOME", runtime.toString()), folder, "--version");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).contains("is Java 11", "needs 17 or newer", "JAVA_HOME");
    }
}
