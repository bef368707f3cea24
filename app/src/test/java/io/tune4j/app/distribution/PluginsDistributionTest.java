// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.app.distribution.Tune.Result;
import io.tune4j.app.plugins.TestJars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strangers' jars in the built distribution. */
class PluginsDistributionTest {
    /** The class-file version of a Java that does not exist yet. */
    private static final int FUTURE = 44 + 99;

    private static final Path LIB = Tune.HOME.resolve("lib");

    @TempDir
    Path folder;

    private Path home;
    private Path plugins;

    @BeforeEach
    void install() throws IOException {
        home = Tune.installation(folder.resolve("home"));
        plugins = home.resolve("plugins");
    }

    @AfterEach
    void unlink() throws IOException {
        Tune.unlink(home);
    }

    private Result tune(String... arguments) throws IOException, InterruptedException {
        return Tune.run(home, Map.of(), folder, arguments);
    }

    private JsonNode plugin(String id) throws IOException, InterruptedException {
        Result result = tune("plugins", "--json");
        assertThat(result.exitCode()).as(result.output()).isZero();
        for (JsonNode plugin : new ObjectMapper().readTree(result.output()).get("plugins")) {
            if (plugin.get("id").textValue().equals(id)) {
                return plugin;
            }
        }
        throw new AssertionError("no plugin " + id + " in " + result.output());
    }

    @Test
    void tenBrokenJarsAreNamedAndTheQuickstartRuns() throws IOException, InterruptedException {
        TestJars.plugin("b1.P", "none").provider(null).write(plugins.resolve("no-provider.jar"));
        TestJars.plugin("b2.P", "unlucky", "throw new IllegalStateException(\"no luck\");", "")
                .write(plugins.resolve("throwing.jar"));
        TestJars.plugin("b3.P", "future").manifest("Tune4J-Api-Version", "99").write(plugins.resolve("wrong-api.jar"));
        TestJars.plugin("b4.P", "twin").write(plugins.resolve("twin-a.jar"));
        TestJars.plugin("b5.P", "twin").write(plugins.resolve("twin-b.jar"));
        TestJars.plugin("b6.P", "other-adamw", "", TestJars.schedule("get_cosine_schedule_with_warmup", "\"\""))
                .write(plugins.resolve("same-name.jar"));
        TestJars.plugin("b7.P", "backend-djl").write(plugins.resolve("reserved.jar"));
        TestJars.plugin("b8.P", "newer").classVersion(FUTURE).write(plugins.resolve("newer-java.jar"));
        TestJars.plugin("b9.P", "lonely")
                .module(
                        LIB,
                        "module lonely { requires io.tune4j.api; requires com.google.guice;"
                                + " provides io.tune4j.api.plugin.Plugin with b9.P; }")
                .write(plugins.resolve("missing-module.jar"));
        TestJars.plugin("b10.P", "named").write(plugins.resolve("1.jar"));
        Files.write(plugins.resolve("garbage.jar"), new byte[] {1, 2, 3});

        Result result = tune(
                "run",
                "lora_finetune_single_device",
                "--config",
                "quickstart",
                "max_steps=2",
                "output_dir=" + folder.resolve("out"));

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .containsPattern("no-provider.jar\\) is left out: no module in it provides")
                .containsPattern("throwing.jar\\) is left out: .*no luck")
                .containsPattern("wrong-api.jar\\) is left out: it is made for version 99")
                .containsPattern("twin-a.jar\\) is left out: its id 'twin' is also that of")
                .containsPattern("twin-b.jar\\) is left out: its id 'twin' is also that of")
                .containsPattern("same-name.jar\\) is left out: its learning rate schedule .* comes with tune4j")
                .containsPattern("reserved.jar\\) is left out: its id 'backend-djl' is reserved")
                .containsPattern("newer-java.jar\\) is left out: .*compiled for Java 99")
                .containsPattern("missing-module.jar\\) is left out: a module is missing: com.google.guice")
                .containsPattern("1.jar\\) is left out: no valid module name")
                .containsPattern("garbage.jar\\) is left out: garbage.jar cannot be read")
                .contains("done: last loss");
        assertThat(plugin("twin").get("state").textValue()).isEqualTo("refused");
    }

    /** Jackson is the API's, Guice the application's: a plugin's own copies do not meet them. */
    @Test
    void aPluginMayBringItsOwnVersionOfWhatTheHostHas() throws IOException, InterruptedException {
        Path own = plugins.resolve("own-libraries");
        Path jackson = TestJars.of(
                        "com.fasterxml.jackson.core.Version",
                        "package com.fasterxml.jackson.core; public class Version {"
                                + " public static String own() { return \"jackson of my own\"; } }")
                .write(own.resolve("jackson-core-0.1.jar"));
        Path guice = TestJars.of(
                        "com.google.inject.Guice",
                        "package com.google.inject; public class Guice {"
                                + " public static String own() { return \"guice of my own\"; } }")
                .write(own.resolve("guice-0.1.jar"));
        TestJars.plugin(
                        "own.P",
                        "own-libraries",
                        "",
                        TestJars.schedule(
                                "mine",
                                "com.fasterxml.jackson.core.Version.own() + \", \" + com.google.inject.Guice.own()"
                                        + " + \", \" + java.util.ServiceLoader.load(own.Service.class).findFirst()"
                                        + ".isPresent()"))
                .source("own.Service", "package own; public interface Service {}")
                // Their own copies come first, or the host's would be compiled against.
                .first(jackson, guice)
                .write(own.resolve("plugin.jar"));

        JsonNode plugin = plugin("own-libraries");

        assertThat(plugin.get("state").textValue()).as(plugin.toString()).isEqualTo("loaded");
        assertThat(plugin.at("/contributes/learning_rate_schedule/0/summary").textValue())
                .isEqualTo("jackson of my own, guice of my own, false");
    }

    @Test
    void theRefusedPluginThatARunNeedsComesFirst() throws IOException, InterruptedException {
        TestJars.plugin("a.P", "one", "", TestJars.schedule("mine", "\"\"")).write(plugins.resolve("a.jar"));
        TestJars.plugin("b.P", "two", "", TestJars.schedule("mine", "\"\"")).write(plugins.resolve("b.jar"));

        Result result = tune(
                "run",
                "lora_finetune_single_device",
                "--config",
                "quickstart",
                "lr_scheduler._component_=mine",
                "output_dir=" + folder.resolve("out"));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output())
                .containsPattern("(?s)error: this run needs a plugin that was refused:\\R  plugin 'one'.*plugin 'two'"
                        + ".*there is no learning rate schedule 'mine'");
    }

    @Test
    void pluginsComeFromTheCommandLineAndTheEnvironmentAndNeverFromTheWorkingDirectory()
            throws IOException, InterruptedException {
        Path jar = TestJars.plugin("a.P", "by-option").write(folder.resolve("option/a.jar"));
        Path other = TestJars.plugin("b.P", "by-variable").write(folder.resolve("variable/b.jar"));
        TestJars.plugin("c.P", "by-chance").write(Path.of("").toAbsolutePath().resolve("target/plugins/c.jar"));

        Result result = Tune.run(
                home,
                Map.of("TUNE4J_PLUGINS", ":" + other.getParent() + ":"),
                folder,
                "plugins",
                "--plugin-dir",
                jar.getParent().toString());

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("by-option", "by-variable").doesNotContain("by-chance");
    }

    /** The JVM says which native methods it links; those of libraries are linked when a backend or tokenizer starts. */
    @Test
    void listingPluginsLoadsNoNativeLibrary() throws IOException, InterruptedException {
        Map<String, String> verbose = Map.of("TUNE4J_OPTS", "-verbose:jni");
        Pattern foreign = Pattern.compile("native method (org\\.bytedeco|ai\\.djl|com\\.sun\\.jna)\\S*");

        Result listing = Tune.run(home, verbose, folder, "plugins");
        Matcher matcher = foreign.matcher(listing.output());
        assertThat(listing.exitCode()).isZero();
        assertThat(listing.output()).contains("backend-bytedeco", "backend-djl", "bytedeco");
        assertThat(matcher.find() ? matcher.group() : "").isEmpty();

        Result probing = Tune.run(home, verbose, folder, "doctor", "--probe", "bytedeco");
        assertThat(foreign.matcher(probing.output()).find())
                .as(probing.output())
                .isTrue();
    }

    @Test
    void onePluginIsShownWithItsSums() throws IOException, InterruptedException {
        Result shown = tune("plugins", "show", "peft-lora");
        assertThat(shown.exitCode()).isZero();
        assertThat(shown.output())
                .containsPattern("[0-9a-f]{64}  tune4j-peft-lora-.*\\.jar")
                .contains("dora");

        Result unknown = tune("plugins", "show", "peft-loro");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.output()).contains("there is no plugin 'peft-loro'", "did you mean 'peft-lora'");
    }

    @Test
    void theDoctorTriesEveryBackendInAProcessOfItsOwn() throws IOException, InterruptedException {
        Files.write(plugins.resolve("garbage.jar"), new byte[] {1, 2, 3});

        Result result = tune("doctor");

        assertThat(result.exitCode()).as(result.output()).isZero();
        for (String backend : List.of("bytedeco", "djl")) {
            assertThat(result.output())
                    .containsPattern("(?s)backend   " + backend
                            + ": .*?\\R  cpu: libtorch.*?\\R    fp64 ok.*?; fp32 ok.*?;" + " bf16 ok");
        }
        assertThat(result.output()).contains("what is wrong", "garbage.jar");
    }
}
