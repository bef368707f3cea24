// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.engine.config.SavedConfig;
import io.tune4j.report.SampleRun;
import io.tune4j.report.run.RunComparison.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunListTest {
    @TempDir
    Path folder;

    private Path run(String name, String config) throws Exception {
        Path run = folder.resolve(name);
        try (SampleRun sample = new SampleRun(run, 12, name.length())) {
            sample.train().end("completed", "");
        }
        Files.writeString(run.resolve("config.yaml"), config);
        return run;
    }

    @Test
    void findsRunsBelowAFolderButNotInTheFoldersOfRuns() throws Exception {
        Path a = run("a", "seed: 1\n");
        Path b = run("group/b", "seed: 1\n");
        run("a/previous/1", "seed: 1\n");
        Files.createDirectories(folder.resolve("empty"));

        assertThat(RunFinder.find(folder)).containsExactly(a, b);
        assertThat(RunFinder.find(a)).containsExactly(a);
        assertThat(RunFinder.find(folder.resolve("gone"))).isEmpty();
    }

    @Test
    void comparesSettingsAndResults() throws Exception {
        RunSummary a = RunSummary.of(RunFiles.read(run(
                "a",
                "output_dir: /tmp/a   # my.yaml:1:1\n"
                        + "model:\n"
                        + "  lora_rank: 8   # my.yaml:3:14\n"
                        + "  modules: [q, v]\n"
                        + "seed: 1\n")));
        RunSummary b = RunSummary.of(RunFiles.read(
                run("bb", "output_dir: /tmp/b\nmodel:\n  lora_rank: 16\n  modules: [q, v]\ndtype: bf16\nseed: 1\n")));

        assertThat(RunComparison.differing(List.of(a, b))).containsExactly("model.lora_rank", "dtype");
        assertThat(RunComparison.settings(a, b))
                .containsExactly(new Line("model.lora_rank", "8", "16"), new Line("dtype", "", "bf16"));
        assertThat(RunComparison.results(a, b))
                .contains(new Line("state", "completed", "completed"), new Line("steps", "12 of 12", "12 of 12"))
                .anySatisfy(line -> {
                    assertThat(line.name()).isEqualTo("best validation loss");
                    assertThat(line.first()).matches("\\d\\.\\d{4} at step \\d+");
                });
    }

    @Test
    void readsValuesWithTheirOrigins() {
        assertThat(SavedConfig.values("a:\n  b: \"x # y\"   # my.yaml:3:14\nlist: [1, 2]\n_variables_: [a]\n"))
                .containsExactly(
                        new SavedConfig.Value("a.b", "x # y", "my.yaml:3:14"),
                        new SavedConfig.Value("list", "[1, 2]", ""));
        assertThat(SavedConfig.values("a: [\n")).isEmpty();
    }
}
