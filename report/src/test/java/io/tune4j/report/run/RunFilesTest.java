// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import io.tune4j.report.SampleRun;
import io.tune4j.report.journal.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
    @TempDir
    Path folder;

    private void append(String text) throws IOException {
        Files.writeString(folder.resolve(Journal.FILE), text, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }

    @Test
    void readsAFinishedRun() throws Exception {
        try (SampleRun run = new SampleRun(folder, 60, 1)) {
            run.train().warn("careful").end("completed", "");
        }
        RunFiles files = RunFiles.read(folder);

        assertThat(files.state()).isEqualTo(RunState.COMPLETED);
        assertThat(files.log().done()).isEqualTo(60);
        assertThat(files.log().curve("loss").count()).isEqualTo(60);
        assertThat(files.log().validation().count()).isEqualTo(13);
        assertThat(files.log().warnings()).containsExactly("careful");
        assertThat(files.log().millis()).isEqualTo(60 * 400);
    }

    @Test
    void followsARunThatGrowsAndWaitsForTheEndOfALine() throws Exception {
        try (SampleRun run = new SampleRun(folder, 10, 1)) {
            run.begin(0).step(1);
            RunFiles files = RunFiles.read(folder);
            assertThat(files.log().done()).isEqualTo(1);
            assertThat(files.update()).isFalse();

            append("{\"event\":\"step\",\"time\":1,\"step\":2,\"metr");
            files.update();
            assertThat(files.log().done()).isEqualTo(1);
            append("ics\":{\"loss\":\"NaN\"}}\n");
            assertThat(files.update()).isTrue();
            assertThat(files.log().done()).isEqualTo(2);
            assertThat(files.log().curve("loss").last()).isNaN();
            assertThat(files.log().unreadableLines()).isZero();
        }
    }

    @Test
    void leavesOutALineThatAKillCutShort() throws Exception {
        try (SampleRun run = new SampleRun(folder, 10, 1)) {
            run.begin(0).step(1).step(2);
        }
        append("{\"event\":\"step\",\"st");
        try (SampleRun run = new SampleRun(folder, 10, 1)) {
            run.begin(1).step(2).step(3).end("completed", "");
        }
        RunFiles files = RunFiles.read(folder);

        assertThat(files.log().unreadableLines()).isEqualTo(1);
        assertThat(files.log().curve("loss").count()).isEqualTo(3);
        assertThat(files.log().resumes()).containsExactly(1L);
        assertThat(files.state()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void showsTheNewerOfTwoRunsInOneFolder() throws Exception {
        try (SampleRun run = new SampleRun(folder, 10, 1)) {
            run.train().warn("old").end("completed", "");
            run.begin(0).step(1);
        }
        RunLog log = RunFiles.read(folder).log();

        assertThat(log.done()).isEqualTo(1);
        assertThat(log.validation().size()).isZero();
        assertThat(log.warnings()).isEmpty();
        assertThat(log.answers().isMissingNode()).isTrue();
        assertThat(log.saved().isMissingNode()).isTrue();
        assertThat(log.memory().isMissingNode()).isTrue();
    }

    @Test
    void beginsAgainWhenTheFileIsAnother() throws Exception {
        try (SampleRun run = new SampleRun(folder, 10, 1)) {
            run.train();
        }
        RunFiles files = RunFiles.read(folder);
        Files.move(folder.resolve(Journal.FILE), folder.resolve("old.jsonl"));
        try (SampleRun run = new SampleRun(folder, 10, 1)) {
            run.begin(0).step(1);
        }
        files.update();

        assertThat(files.log().curve("loss").count()).isEqualTo(1);
    }

    @Test
    void readsTheFolderOfAnOlderVersion() throws Exception {
        Files.createDirectories(folder.resolve("logs"));
        Files.writeString(folder.resolve("config.yaml"), "seed: 1\n");
        Files.writeString(folder.resolve("results.json"), "{}");
        Files.writeString(
                folder.resolve("logs/metrics.jsonl"),
                "{\"step\":1,\"loss\":2.5}\n{\"step\":2,\"loss\":2.25}\n{\"step\":2,\"val_loss\":2.0,\"val_perplexity\":7.4}\n{\"step\":3,\"lo");
        RunFiles files = RunFiles.read(folder);

        assertThat(files.state()).isEqualTo(RunState.COMPLETED);
        assertThat(files.log().curve("loss").last()).isEqualTo(2.25);
        assertThat(files.log().validation().last()).isEqualTo(2.0);
        assertThat(files.log().steps()).isZero();
    }

    @Test
    void aRunWhoseProcessIsGoneWasKilledAndOneThatIsSilentIsStuck() throws Exception {
        try (SampleRun run = new SampleRun(folder, 10, 1)) {
            run.begin(0).step(1);
        }
        // The sample's entries are old, and its process is this one.
        assertThat(RunFiles.read(folder).state()).isEqualTo(RunState.STUCK);

        Path journal = folder.resolve(Journal.FILE);
        String other = Files.readString(journal).replaceFirst("\"pid\":\\d+", "\"pid\":999999999");
        Files.writeString(journal, other);
        assertThat(RunFiles.read(folder).state()).isEqualTo(RunState.KILLED);

        String now = Files.readString(journal)
                .replaceFirst("\"host\":\"[^\"]*\"", "\"host\":\"elsewhere\"")
                .replaceAll("\"time\":\\d+", "\"time\":" + System.currentTimeMillis());
        Files.writeString(journal, now);
        assertThat(RunFiles.read(folder).state()).isEqualTo(RunState.RUNNING);
    }

    @Test
    void saysThatAFolderHoldsNoRun() {
        assertThatThrownBy(() -> RunFiles.read(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is not the output_dir of a run")
                .hasMessageContaining("tune runs DIR");
    }
}
