// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.DataException;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.report.journal.Journal;
import io.tune4j.report.page.Page;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecorderTest {
    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private final List<RunEvent> told = new ArrayList<>();

    private RunRecorder recorder() {
        Console console = new Console() {
            @Override
            public void line(String text) {
                said.add(text);
            }

            @Override
            public void warning(String text) {
                said.add("warning: " + text);
            }

            @Override
            public void detail(String text) {
                said.add("detail: " + text);
            }

            @Override
            public void level(String name) {
                said.add("level: " + name);
            }

            @Override
            public void progress(long done, long total, String text) {
                said.add(done + "/" + total + " " + text);
            }

            @Override
            public void tell(RunEvent event) {
                told.add(event);
            }
        };
        Problems problems = new Problems();
        Notices notices = new Notices();
        ConfigReader root = new ConfigReader(new Mapping(Map.of(), Origin.DEFAULT), problems, notices);
        root.integer("epochs", 1);
        RunConfig config = new RunConfig(root, problems, notices, "", "my.yaml");
        return new RunRecorder(console, new RunRecorder.Subject("a_recipe", "1.2.3", config));
    }

    private Begun begun(Path output) {
        return new Begun(output, 0, 4, 2, Map.of("model", "a model"), List.of(), 0);
    }

    private static Stepped step(long number) {
        return new Stepped(number, Map.of("loss", 1.0 / number));
    }

    @Test
    void passesEverythingOnAndLeavesAJournalAndAPage() {
        RunRecorder recorder = recorder();
        recorder.level("INFO");
        recorder.warning("before the beginning");
        recorder.tell(begun(folder));
        recorder.progress(1, 4, "loss 1");
        recorder.tell(step(1));
        assertThat(folder.resolve(Page.FILE))
                .as("there is a page before the run ends")
                .exists();
        recorder.warning("on the way");
        recorder.detail("a detail");
        recorder.ended(Outcome.COMPLETED);

        assertThat(said)
                .containsExactly(
                        "level: INFO",
                        "warning: before the beginning",
                        "1/4 loss 1",
                        "warning: on the way",
                        "detail: a detail",
                        "report       " + folder.resolve(Page.FILE));
        assertThat(told).containsExactly(begunIn(told), step(1));
        RunFiles files = RunFiles.read(folder);
        assertThat(files.state()).isEqualTo(RunState.COMPLETED);
        assertThat(files.log().warnings()).containsExactly("before the beginning", "on the way");
        assertThat(files.log().begun().path("defaults").path("epochs").asText()).isEqualTo("1");
        assertThat(files.log().begun().path("recipe").asText()).isEqualTo("a_recipe");
    }

    private static RunEvent begunIn(List<RunEvent> events) {
        return events.get(0);
    }

    @Test
    void aStoppedAndAFailedRunLeaveAPageThatSaysSo() throws Exception {
        RunRecorder stopped = recorder();
        stopped.tell(begun(folder));
        stopped.ended(Outcome.CANCELLED);
        assertThat(RunFiles.read(folder).state()).isEqualTo(RunState.STOPPED);

        RunRecorder failed = recorder();
        failed.tell(begun(folder));
        failed.tell(step(1));
        failed.failed(new DataException("the loss is NaN"));
        assertThat(RunFiles.read(folder).state()).isEqualTo(RunState.FAILED);
        assertThat(Files.readString(folder.resolve(Page.FILE))).contains("the loss is NaN");
    }

    @Test
    void aRunThatNeverBeganLeavesNothing() {
        RunRecorder recorder = recorder();
        recorder.failed(new DataException("no such file"));

        assertThat(folder).isEmptyDirectory();
        assertThat(said).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenToCostsTheReportAlone() throws Exception {
        Path gone = folder.resolve("gone");
        RunRecorder recorder = recorder();
        recorder.tell(begun(gone));
        recorder.tell(step(1));
        recorder.ended(Outcome.COMPLETED);

        assertThat(told).hasSize(2);
        assertThat(said).singleElement().asString().contains("the journal of the run cannot be begun in " + gone);
        assertThat(gone.resolve(Journal.FILE)).doesNotExist();
    }
}
