// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names outside of ASCII where no locale is set. This process may be one that cannot say such names itself, so shell scripts
 * do.
 */
@EnabledOnOs(OS.LINUX)
class LocaleDistributionTest {
    private static final long LONGEST_SECONDS = 180;

    /** The head of each script: a copy of the distribution in a path with a blank, a model, records, a config and a plugin folder. */
    private static final String FILES = """
            set -e
            mkdir 'größe'
            cp -al "$DIST" 'größe/日 本' 2>/dev/null || cp -a "$DIST" 'größe/日 本'
            cp -r "$DIST/configs/quickstart/model" 'größe/модель'
            mkdir -p 'größe/daten/ä b'
            printf '[{"instruction": "Größe?", "input": "", "output": "grün"}]' >'größe/daten/ä b/模型.json'
            tune='größe/日 本/bin/tune'
            """;

    @TempDir
    Path folder;

    /** Java runtimes to try: this one, and others that are installed here. */
    static Stream<Path> runtimes() throws IOException {
        Path own = Path.of(System.getProperty("java.home"));
        Path others = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(others)) {
            return Stream.of(own);
        }
        try (Stream<Path> found = Files.list(others)) {
            List<Path> newest = found.filter(
                            path -> path.getFileName().toString().contains("25"))
                    .filter(path -> Files.isExecutable(path.resolve("bin/java")))
                    .limit(1)
                    .toList();
            return Stream.concat(Stream.of(own), newest.stream());
        }
    }

    private Tune.Result shell(Path runtime, String locale, String script) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("script.sh"), script);
        File log = folder.resolve("script.log").toFile();
        ProcessBuilder builder = new ProcessBuilder("sh", file.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log);
        builder.environment().put("DIST", Tune.HOME.toString());
        builder.environment().put("JAVA_HOME", runtime.toString());
        List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(builder.environment()::remove);
        if (!locale.isEmpty()) {
            builder.environment().put("LC_ALL", locale);
        }
        Process process = builder.start();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the script did not end");
        }
        return new Tune.Result(process.exitValue(), Files.readString(log.toPath(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void everythingMayHaveSuchNames(Path runtime) throws IOException, InterruptedException {
        Tune.Result result = shell(runtime, "", FILES + """
                "$tune" cp quickstart 'größe/配置.yaml'
                "$tune" run lora_finetune_single_device --config 'größe/配置.yaml' ~dataset_val ~samples token_cache=off \\
                    'dataset.data_files=größe/daten/*/模*.json' 'checkpointer.checkpoint_dir=größe/модель' \\
                    'tokenizer.path=größe/модель/tokenizer.json' max_steps=1 batch_size=1 gradient_accumulation_steps=1 \\
                    'output_dir=größe/出力' 2>&1
                test -f 'größe/出力/adapter/adapter_model.safetensors'
                test -f 'größe/出力/merged/model.safetensors'
                """);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("loss", "1 records of 模型.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "POSIX", "C.UTF-8"})
    void theLocaleMakesNoDifference(String locale) throws IOException, InterruptedException {
        Tune.Result result = shell(Path.of(System.getProperty("java.home")), locale, FILES + """
                "$tune" data --config quickstart ~dataset_val ~samples token_cache=off --samples 1 \\
                    'dataset.data_files=größe/daten/ä b/模型.json'
                """);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("1 records of 模型.json", "Größe?");
    }

    /** Whoever starts Java alone is told what to do. */
    @Test
    void withoutTheLauncherTheNextStepIsSaid() throws IOException, InterruptedException {
        Tune.Result result = shell(Path.of(System.getProperty("java.home")), "C", """
                tune() {
                    "$JAVA_HOME/bin/java" "-Dtune4j.home=$DIST" --add-modules java.se,jdk.unsupported \\
                        --module-path "$DIST/lib" --module io.tune4j.app/io.tune4j.app.Main "$@"
                    echo "exit code $?"
                }
                tune validate 'größe.yaml'
                tune validate quickstart 'output_dir=größe'
                tune data --config quickstart 'dataset.data_files=größe/模型.json'
                tune validate quickstart --plugin-dir 'größe'
                TUNE4J_PLUGINS='größe' tune --version
                """);
        assertThat(result.output().split("exit code 2", -1)).as(result.output()).hasSize(6);
        assertThat(result.output().split("set LC_ALL=C.UTF-8", -1)).hasSizeGreaterThan(5);
        assertThat(result.output()).doesNotContain("\tat ", "This is a bug");
    }
}
