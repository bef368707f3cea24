// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.app.distribution.Tune.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands around a run, as torchtune's users know them. */
class CommandsDistributionTest {
    private static final String RECIPE = "lora_finetune_single_device";

    @TempDir
    private Path folder;

    private Result tune(String... arguments) throws IOException, InterruptedException {
        return Tune.run(folder, arguments);
    }

    private void assertRefused(Result result, int code, String... parts) {
        assertThat(result.exitCode()).as(result.output()).isEqualTo(code);
        assertThat(result.output()).contains(parts).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "download",
                "ls",
                "cp",
                "cat",
                "validate",
                "plugins",
                "doctor",
                "chat",
                "data",
                "estimate",
                "version",
                "completion"
            })
    void everyCommandExplainsItself(String command) throws IOException, InterruptedException {
        Result help = tune(command, "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.output()).contains("Usage: tune " + command);
        if (!command.equals("doctor") && !command.equals("plugins")) {
            assertThat(help.output()).containsPattern("Examples?:\n +tune|Examples?:\n +source <\\(tune");
        }
    }

    @Test
    void lsShowsRecipesWithTheirConfigs() throws IOException, InterruptedException {
        assertThat(tune("ls").output())
                .contains(
                        "RECIPE",
                        "CONFIG",
                        RECIPE,
                        "llama3_1/8B_lora_single_device",
                        "smollm2/135M_lora_single_device");
        JsonNode json = new ObjectMapper().readTree(tune("ls", "--json").output());
        Map<String, Integer> configs = new HashMap<>();
        json.get("recipes")
                .forEach(recipe -> configs.put(
                        recipe.get("name").asText(), recipe.get("configs").size()));
        assertThat(configs).containsKeys("full_finetune_single_device", "lora_dpo_single_device", "generate");
        assertThat(configs.get(RECIPE)).isGreaterThan(18);
        assertThat(json.at("/other_configs").size()).isZero();
    }

    @Test
    void cpCopiesAndNeverOverwritesUnasked() throws IOException, InterruptedException {
        Path file = folder.resolve("my.yaml");
        assertThat(tune("cp", "llama3_2/1B_lora_single_device", file.toString()).exitCode())
                .isZero();
        assertThat(file).content().contains("lora_llama3_2_1b");
        Files.writeString(file, "mine: True\n");
        assertRefused(tune("cp", "quickstart", file.toString()), 2, "exists", "-f");
        assertThat(tune("cp", "quickstart", file.toString(), "-n").output()).contains("stays as it is");
        assertThat(file).hasContent("mine: True\n");
        assertThat(tune("cp", "quickstart", file.toString(), "-f").exitCode()).isZero();
        assertThat(file).content().contains("lora_llama");
        String deep = folder.resolve("a/b/c").toString();
        assertRefused(tune("cp", "quickstart", deep), 2, "there is no folder", "--make-parents");
        assertThat(tune("cp", "quickstart", deep, "--make-parents").exitCode()).isZero();
        assertThat(folder.resolve("a/b/c.yaml")).exists();
        assertRefused(tune("cp", RECIPE, file.toString()), 2, "is a recipe", "tune plugins new");
        assertRefused(tune("cp", "llama3_1/8B_lora_single_devise", file.toString()), 2, "did you mean");
    }

    @Test
    void catShowsWhatARunWouldSee() throws IOException, InterruptedException {
        assertThat(tune("cat", "llama3_1/8B_lora_single_device").output())
                .isEqualTo(Files.readString(Tune.HOME.resolve("configs/llama3_1/8B_lora_single_device.yaml")));
        String changed = tune("cat", "llama3_1/8B_lora_single_device", "model.lora_rank=64", "~seed")
                .output();
        assertThat(changed)
                .containsPattern("lora_rank: 64 +# override 1: model.lora_rank=64")
                .contains("path: \"${checkpoint_dir}\"")
                .doesNotContain("seed:");
        String resolved = tune("cat", "llama3_1/8B_lora_single_device", "--resolve", "checkpoint_dir=/models/x")
                .output();
        assertThat(resolved).containsPattern("path: /models/x +#").doesNotContain("${");
        Path again = Files.writeString(folder.resolve("again.yaml"), resolved);
        assertThat(tune("validate", again.toString()).exitCode()).isZero();
        String sorted = tune("cat", "quickstart", "--sort").output();
        assertThat(sorted.indexOf("\nbackend")).isLessThan(sorted.indexOf("\nmodel:"));
        assertRefused(tune("cat", RECIPE), 2, "is a recipe, not a config");
    }

    @Test
    void validateFindsEverythingAtOnce() throws IOException, InterruptedException {
        assertThat(tune("validate", "quickstart", "--strict").output()).contains("is right for " + RECIPE);
        // The arguments of a run.
        assertThat(tune("validate", RECIPE, "--config", "quickstart", "epochs=2")
                        .output())
                .contains("is right for " + RECIPE);
        assertRefused(tune("validate", "no_recipe", "--config", "quickstart"), 2, "no_recipe");
        assertRefused(tune("validate", "no_recipe", "--config", "quickstart", "--recipe", RECIPE), 2, "two recipes");
        assertRefused(tune("validate"), 2, "tune validate CONFIG");
        // Overrides may come first, in both forms, and in their order.
        assertThat(tune("validate", "--config", "quickstart", "--optimizer.lr", "1e-4", "epochs=2")
                        .output())
                .contains("is right for " + RECIPE);
        assertRefused(tune("validate", "epochs=0", "--config", "quickstart", "epochs=x"), 2, "override 2: epochs=x");
        Path named = Files.createDirectories(folder.resolve("lr=1e-4")).resolve("config.yaml");
        Files.writeString(named, tune("cat", "quickstart").output());
        assertThat(tune("validate", named.toString()).output()).contains("is right for " + RECIPE);
        Result missing = tune("validate", "llama3_1/8B_lora_single_device", "--strict");
        assertRefused(missing, 3, "not there yet", "tune download", "/tmp/Meta-Llama-3.1-8B-Instruct");
        Path file = folder.resolve("wrong.yaml");
        Files.writeString(
                file,
                Files.readString(Tune.HOME.resolve("configs/quickstart.yaml"))
                        .replaceFirst("lora_rank: \\d+", "lora_rnak: 8")
                        .replaceFirst("batch_size: \\d+", "batch_size: many"));
        Result result = tune("validate", file.toString(), "optimizer._component_=torch.optim.LBFGS", "dtype=fp12");
        assertRefused(
                result,
                2,
                "model.lora_rnak: unknown key (did you mean 'lora_rank'?)",
                "batch_size: expected an integer, found 'many'",
                "override 1: optimizer._component_=torch.optim.LBFGS",
                "use torch.optim.AdamW",
                "override 2: dtype=fp12");
        assertThat(result.output()).containsPattern("wrong\\.yaml:\\d+:\\d+: model\\.lora_rnak");
    }

    @Test
    void runRefusesWhatIsNotHere() throws IOException, InterruptedException {
        assertRefused(
                tune("run", "lora_dpo_distributed", "--config", "quickstart"),
                2,
                "lora_dpo_single_device",
                "lora_finetune_distributed");
        assertRefused(tune("run", "lora_finetune_single_devise", "--config", "quickstart"), 2, "did you mean");
        assertRefused(tune("run", RECIPE, "--config", "quickstart", "--nproc_per_node=2"), 2, "runs as one process");
        assertRefused(
                tune("run", RECIPE, "--config", "quickstart", "checkpointer.checkpoint_dir=/nowhere"),
                3,
                "there is no folder /nowhere");
        assertRefused(tune("run", RECIPE), 2, "--config", "tune run --help");
    }

    @Test
    void theConfigThatARunLeavesRepeatsIt() throws IOException, InterruptedException {
        Path first = folder.resolve("first");
        Result run = tune("run", RECIPE, "--config", "quickstart", "output_dir=" + first, "max_steps=2", "seed=null");
        assertThat(run.exitCode()).as(run.output()).isZero();
        Path config = first.resolve("config.yaml");
        assertThat(config)
                .content()
                .containsPattern("seed: -?\\d+ +# chosen by the run")
                .contains("# override 2: max_steps=2");
        Path second = folder.resolve("second");
        Result again = tune("run", RECIPE, "--config", config.toString(), "output_dir=" + second);
        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(second.resolve("adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(first.resolve("adapter/adapter_model.safetensors"));
    }

    @Test
    void shellsComplete() throws IOException, InterruptedException {
        Path script = Files.writeString(
                folder.resolve("completion.bash"), tune("completion", "bash").output());
        Path test = Files.writeString(
                folder.resolve("try.sh"),
                "PATH=" + Tune.HOME.resolve("bin") + ":$PATH\nsource " + script
                        + "\nCOMP_WORDS=(tune est); COMP_CWORD=1; _tune; echo \"${COMPREPLY[@]}\""
                        + "\nCOMP_WORDS=(tune run r --config smol); COMP_CWORD=4; _tune; echo \"${COMPREPLY[@]}\""
                        + "\nCOMP_WORDS=(tune run lora_finetune_s); COMP_CWORD=2; _tune; echo \"${COMPREPLY[@]}\""
                        + "\nCOMP_WORDS=(tune cp --mak); COMP_CWORD=2; _tune; echo \"${COMPREPLY[@]}\"\n");
        Process bash = new ProcessBuilder("bash", test.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(lines).containsExactly("estimate", "smollm2/135M_lora_single_device", RECIPE, "--make-parents");
        assertThat(tune("completion", "fish").output())
                .contains("complete -c tune -n __fish_use_subcommand -f -a download", "-l ignore-patterns");
        assertThat(tune("completion", "zsh").output()).startsWith("#compdef tune");
        assertRefused(tune("completion", "tcsh"), 2, "BASH, ZSH, FISH");
    }

    @Test
    void nothingIsColouredOffATerminal() throws IOException, InterruptedException {
        for (String[] command : List.of(new String[] {"--help"}, new String[] {"run"}, new String[] {"ls"})) {
            assertThat(Tune.run(Tune.HOME, Map.of(), folder, command).output()).doesNotContain("\u001b");
        }
    }
}
