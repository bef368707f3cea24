// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
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

    /** Variables whose options a JVM takes. */
    private static final List<String> OPTIONS =
            List.of("TUNE4J_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");

    @TempDir
    Path folder;

    private Path home;
    private Path runtime;

    @BeforeEach
    void makeRuntime() throws IOException {
        home = folder.resolve("home");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        Files.copy(Tune.HOME.resolve("bin/tune"), home.resolve("bin/tune"), StandardCopyOption.COPY_ATTRIBUTES);
        runtime = folder.resolve("runtime");
        Files.createDirectories(runtime.resolve("bin"));
        Files.createDirectories(runtime.resolve("lib/server"));
        script(runtime.resolve("bin/java"), "printf '%s\\n' \"$@\" \"LC_ALL=${LC_ALL:-}.\"");
        version("17.0.99");
    }

    private static void script(Path file, String lines) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + lines + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void version(String version) throws IOException {
        Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    private void addArchive() throws IOException {
        Files.createFile(runtime.resolve("lib/server/classes.jsa"));
    }

    private Tune.Result start(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(Map.of("JAVA_HOME", runtime.toString()));
        OPTIONS.forEach(variable -> all.put(variable, ""));
        all.putAll(environment);
        return Tune.run(home, all, folder, arguments);
    }

    private String started(Map<String, String> environment) throws IOException, InterruptedException {
        Tune.Result result = start(environment, "run", "lora_finetune_single_device");
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
        for (String variable : OPTIONS) {
            assertThat(started(Map.of(variable, "-Xshare:off"))).as(variable).doesNotContain(KEEPS_CLASSES);
        }
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
        Tune.Result result = start(Map.of(), "--version");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).contains("is Java 11", "needs 17 or newer", "JAVA_HOME");
    }

    /** With a {@code locale} command that knows the named ones, or that is not there; the user's locale is as given. */
    private String localeOfJava(String charmap, String installed, Map<String, String> user)
            throws IOException, InterruptedException {
        Path commands = folder.resolve("commands");
        script(
                commands.resolve("locale"),
                charmap.isEmpty()
                        ? "exit 127"
                        : "case \"$1\" in charmap) echo " + charmap + " ;; *) printf '" + installed + "' ;; esac");
        Map<String, String> environment = new HashMap<>(Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", ""));
        environment.put("PATH", commands + ":" + System.getenv("PATH"));
        environment.putAll(user);
        return started(environment).replaceAll("(?s).*LC_ALL=(.*)\\.\\n.*", "$1");
    }

    @Test
    void namesOfFilesAreInUtf8WhereNoLocaleIsSet() throws IOException, InterruptedException {
        String ascii = "ANSI_X3.4-1968";
        assertThat(localeOfJava(ascii, "C\\nC.utf8\\nen_US.utf8\\n", Map.of())).isEqualTo("C.UTF-8");
        assertThat(localeOfJava(ascii, "C.UTF-8\\n", Map.of("LC_ALL", "POSIX", "LANG", "de_DE.UTF-8")))
                .isEqualTo("C.UTF-8");
        assertThat(localeOfJava(ascii, "C\\nC.utf8\\n", Map.of("LANG", "de_DE.UTF-8")))
                .as("a locale that is not installed")
                .isEqualTo("C.UTF-8");
        assertThat(localeOfJava(ascii, "C\\nde_DE.utf8\\nen_GB.utf8\\n", Map.of("LC_ALL", "C")))
                .isEqualTo("en_GB.utf8");
        assertThat(localeOfJava(ascii, "C\\nde_DE\\nde_DE.utf8\\n", Map.of())).isEqualTo("de_DE.utf8");
        assertThat(localeOfJava(ascii, "C\\nPOSIX\\n", Map.of())).isEqualTo("C.UTF-8");
    }

    @Test
    void aLocaleOfTheUsersStays() throws IOException, InterruptedException {
        assertThat(localeOfJava("UTF-8", "C.utf8\\n", Map.of("LANG", "de_DE.UTF-8")))
                .isEmpty();
        assertThat(localeOfJava("UTF-8", "C.utf8\\n", Map.of("LC_ALL", "de_DE.UTF-8")))
                .isEqualTo("de_DE.UTF-8");
        assertThat(localeOfJava("ISO-8859-1", "C.utf8\\n", Map.of("LANG", "de_DE")))
                .isEmpty();
    }

    @Test
    void withoutTheCommandTheVariablesDecide() throws IOException, InterruptedException {
        assertThat(localeOfJava("", "", Map.of())).isEqualTo("C.UTF-8");
        assertThat(localeOfJava("", "", Map.of("LC_CTYPE", "C", "LANG", "de_DE.UTF-8")))
                .isEqualTo("C.UTF-8");
        assertThat(localeOfJava("", "", Map.of("LANG", "de_DE.UTF-8"))).isEmpty();
    }
}
