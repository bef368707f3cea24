// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.app.distribution.Tune.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/how-to/use.md says and shows, on the quick start's results. */
class UsePageDistributionTest {
    private static final Path PAGE = Path.of("../docs/how-to/use.md");
    private static final String MODEL =
            Tune.HOME.resolve("configs/quickstart/model").toString();
    private static final String RUN = "tune4j-output/quickstart";
    private static final String TRAIN = "tune run lora_finetune_single_device --config quickstart";
    private static final String SHORT = " epochs=1 dataset_val=null samples=null";
    private static final String QUESTION = "What is the opposite of love?";
    private static final Pattern IN_TABLES = Pattern.compile("\\| `(tune [^`]+)` \\|");

    /** These need the hub or a client. */
    private static final Pattern ELSEWHERE = Pattern.compile("tune (upload|serve|run eleuther_eval) .*");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void aRun() throws IOException, InterruptedException {
        shell("", TRAIN + SHORT);
        Files.writeString(folder.resolve("prompts.txt"), QUESTION + "\n");
    }

    /** Runs a command that must succeed. */
    private static String shell(String input, String command) throws IOException, InterruptedException {
        Result result = run(input, command);
        assertThat(result.exitCode()).as(command + "\n" + result.output()).isZero();
        return result.output();
    }

    private static Result run(String input, String command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "shell", ".log");
        Path typed = Files.writeString(Files.createTempFile(folder, "typed", ".txt"), input);
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectInput(typed.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().compute("PATH", (name, path) -> Tune.HOME.resolve("bin") + ":" + path);
        builder.environment().put("TUNE4J_CACHE", folder.resolve("cache").toString());
        Process process = builder.start();
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).as(command).isTrue();
        return new Result(process.exitValue(), Files.readString(log));
    }

    /** The page's commands in blocks and in tables, from top to bottom. */
    private static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        boolean inBlock = false;
        for (String line :
                Files.readString(PAGE).replaceAll("\\\\\\n\\s*", "").lines().toList()) {
            inBlock ^= line.startsWith("```");
            Matcher inTable = IN_TABLES.matcher(line);
            if (inBlock && line.matches("(\\$ )?tune .*")) {
                commands.add(line.replaceFirst("^\\$ ", "").replaceFirst(" +#.*", ""));
            } else if (!inBlock && inTable.find()) {
                commands.add(inTable.group(1));
            }
        }
        return commands.stream()
                .filter(command -> !ELSEWHERE.matcher(command).matches())
                .toList();
    }

    /** A command on the quick start's results, over those of the command before, and short. */
    private static String here(String command) {
        String placed = command.replace("/tmp/SmolLM2-135M-Instruct", MODEL)
                .replace("/tmp/my-run", RUN)
                .replace("my-adapter", RUN + "/adapter")
                .replace("FILE.gguf", RUN + "/export/model-q8_0.gguf")
                .replace(" DIR", " " + RUN);
        if (placed.startsWith("tune run lora_finetune")) {
            return placed + SHORT + " max_steps_per_epoch=1";
        }
        return placed.startsWith("tune export") ? placed + " --overwrite" : placed;
    }

    @Test
    void theCommandsRun() throws IOException, InterruptedException {
        List<String> commands = commands();
        assertThat(commands)
                .hasSizeGreaterThan(12)
                .anyMatch(command -> command.startsWith("tune chat"))
                .anyMatch(command -> command.startsWith("tune export"))
                .anyMatch(command -> command.startsWith("tune run lora_finetune"));
        for (String command : commands) {
            String output = shell(QUESTION + "\n", here(command));
            if (command.contains("--prove")) {
                assertThat(output).contains("1 of 1 answers equal");
            }
        }
    }

    private static String chat(String input, String arguments) throws IOException, InterruptedException {
        return shell(input + "\n", "tune chat " + arguments + " --max-new-tokens 24");
    }

    /** An adapter that learned Alpaca's records is asked in their form, whoever asks. */
    @Test
    void anAdapterIsAskedAsInTraining() throws IOException, InterruptedException {
        for (String made : List.of("adapter", "epoch_0", "merged")) {
            assertThat(folder.resolve(RUN).resolve(made).resolve("prompt_form.json"))
                    .content()
                    .contains("### Instruction:");
        }
        String answer = chat(QUESTION, RUN);
        assertThat(answer).containsPattern("\\[[1-9]\\d* tokens");
        String text = answer.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("backend"))
                .findFirst()
                .orElse("");
        assertThat(text).hasSizeGreaterThan(2).doesNotStartWith("[");
        assertThat(chat(QUESTION, RUN + "/adapter")).contains(text);
        assertThat(chat(QUESTION, RUN + "/merged dtype=fp32")).contains(text);
        assertThat(shell(
                        "",
                        "tune run generate --config generation temperature=0 dtype=fp32 max_new_tokens=24"
                                + " checkpoint_dir=" + MODEL + " adapter_dir=" + RUN + "/adapter 'prompt.user="
                                + QUESTION + "'"))
                .contains(text);
        assertThat(chat("/adapter both\n" + QUESTION, RUN)).contains(" | ADAPTER");
        shell("", "tune export " + RUN + " --type f32 --output exported/model.gguf");
        assertThat(chat(QUESTION, "exported/model.gguf dtype=fp32")).contains(text);
        assertThat(folder.resolve("exported/Modelfile"))
                .content()
                .contains("### Instruction:\n{{ .Prompt }}\n\n### Response:");
    }

    /** A model that is only there as a GGUF file trains as its folder does, and its results are used as any run's are. */
    @Test
    void aGgufFileIsTrained() throws IOException, InterruptedException {
        shell("", "tune export " + MODEL + " --output base.gguf --type f32");
        String steps = TRAIN + SHORT + " max_steps_per_epoch=2 output_dir=";
        String onFile = " tokenizer.path=base.gguf checkpointer.checkpoint_dir=";
        String trained = shell("", steps + "of-file" + onFile + "base.gguf");
        assertThat(lastLoss(trained)).isEqualTo(lastLoss(shell("", steps + "of-folder")));
        assertThat(chat(QUESTION, "of-file")).contains("tokens/s");
        assertThat(shell("", "tune export of-file --prove prompts.txt")).contains("1 of 1 answers equal");

        Result missing = run("", steps + "bad" + onFile + "missing.gguf");
        assertThat(missing.exitCode()).isEqualTo(3);
        assertThat(missing.output()).contains("there is no file");
        Files.writeString(folder.resolve("broken.gguf"), "GGUF");
        Result broken = run("", steps + "bad" + onFile + "broken.gguf");
        assertThat(broken.exitCode()).isEqualTo(3);
        assertThat(broken.output())
                .contains("broken.gguf is not a whole GGUF file")
                .doesNotContain("\tat ");
    }

    private static String lastLoss(String output) {
        Matcher loss = Pattern.compile("done: last loss ([\\d.]+)").matcher(output);
        assertThat(loss.find()).as(output).isTrue();
        return loss.group(1);
    }
}
