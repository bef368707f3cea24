// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.app.distribution.Tune.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tune run generate} and {@code tune chat} as a user runs them. */
class GenerateDistributionTest {
    private static final Path MODEL = Tune.HOME.resolve("configs/quickstart/model");

    @TempDir
    private Path folder;

    private Result generate(String... overrides) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "generate",
                "--config",
                "generation",
                "checkpoint_dir=" + MODEL,
                "dtype=fp32",
                "max_new_tokens=12",
                "prompt.user=The opposite of hot?"));
        arguments.addAll(List.of(overrides));
        return Tune.run(folder, arguments.toArray(String[]::new));
    }

    /** The answer and its timing without the numbers that differ. */
    private static List<String> answer(Result result) {
        return result.output()
                .lines()
                .filter(line -> !line.contains("tokens/s") && !line.startsWith("backend"))
                .toList();
    }

    private Result chat(String input, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("chat"));
        all.addAll(List.of(arguments));
        Path log = folder.resolve("chat.log");
        Process process = Tune.start(Tune.HOME, Map.of(), log, all);
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(log));
    }

    @Test
    void anAnswerIsTheSameWithACacheAndWithout() throws IOException, InterruptedException {
        Result cached = generate("temperature=0");
        assertThat(cached.exitCode()).as(cached.output()).isZero();
        assertThat(cached.output()).contains("tokens/s").contains("keys and values");
        assertThat(answer(generate("temperature=0", "enable_kv_cache=False"))).isEqualTo(answer(cached));
    }

    @Test
    void keysAndValuesTakeWhatWasForeseen() throws IOException, InterruptedException {
        Result ran = generate("temperature=0", "max_new_tokens=300");
        Matcher cache = Pattern.compile("prompt of (\\d+);.*keys and values ([\\d.]+) MB")
                .matcher(ran.output());
        assertThat(cache.find()).as(ran.output()).isTrue();
        String tokens = String.valueOf(Integer.parseInt(cache.group(1)) + 300);
        Result estimate = Tune.run(
                folder,
                "estimate",
                "--config",
                "generation",
                "--tokens",
                tokens,
                "checkpoint_dir=" + MODEL,
                "dtype=fp32",
                "max_new_tokens=300");
        Matcher foreseen = Pattern.compile("keys and values +([\\d.]+) KiB").matcher(estimate.output());
        assertThat(foreseen.find()).as(estimate.output()).isTrue();
        assertThat(Double.parseDouble(foreseen.group(1)) * 1024 / 1e6)
                .isCloseTo(Double.parseDouble(cache.group(2)), within(0.051));
    }

    @Test
    void aSeedRepeatsADrawnAnswer() throws IOException, InterruptedException {
        Result first = generate("temperature=1.5", "seed=3");
        assertThat(first.exitCode()).as(first.output()).isZero();
        assertThat(answer(generate("temperature=1.5", "seed=3"))).isEqualTo(answer(first));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature=-1 | 2 | temperature",
                "top_k=-3 | 2 | top_k",
                "top_p=0 | 2 | top_p must be above 0",
                "repetition_penalty=0 | 2 | repetition_penalty",
                "temprature=1 | 2 | did you mean",
                "quantizer._component_=x | 2 | quantize_base",
                "stop=[''] | 2 | an empty text",
                "adapter_dir=/nowhere | 3 | no adapter_config.json",
                "checkpoint_dir=/nowhere | 3 | /nowhere"
            })
    void aWrongKeyIsExplained(String override, int code, String message) throws IOException, InterruptedException {
        Result result = generate(override);
        assertThat(result.exitCode()).isEqualTo(code);
        assertThat(result.output()).contains(message).doesNotContain("\tat ");
    }

    @Test
    void aConversationGoesOnAndTakesCommands() throws IOException, InterruptedException {
        Result result = chat(
                "The opposite of hot?\nAnd of big?\n/adapter on\n/reset\n/system Be short.\n/nonsense\nhello\n/exit\n",
                MODEL.toString(),
                "--max-new-tokens",
                "8",
                "dtype=fp32");
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output().split("tokens/s")).hasSize(4);
        assertThat(result.output())
                .contains("this model has no adapter")
                .contains("begins anew")
                .contains("there is no command /nonsense");
    }

    /** Ctrl-C on a terminal ends an answer, and between answers the program. */
    @Test
    void ctrlCEndsAnAnswer() throws IOException, InterruptedException {
        Path script = Path.of("src/test/python/chat_on_a_terminal.py").toAbsolutePath();
        Process process = new ProcessBuilder("python3", script.toString(), Tune.HOME + "/bin/tune", MODEL.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pty.log").toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("pty.log")))
                .isZero();
    }

    @Test
    void aFolderThatIsNoModelIsExplained() throws IOException, InterruptedException {
        assertRefused(chat("", folder.resolve("missing").toString()), "there is no folder");
        assertRefused(chat("", folder.toString()), "is no model");
        Files.writeString(folder.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"a/b\"}");
        assertRefused(chat("", folder.toString()), "'a/b'", "--base");
        assertRefused(chat("", folder.toString(), "--base", folder.toString()), "there is no config.json");
        assertRefused(chat("", MODEL.toString(), "--temperature", "-1"), "temperature");
    }

    private static void assertRefused(Result result, String... messages) {
        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains(messages).doesNotContain("\tat ");
    }
}
