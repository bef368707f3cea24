// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.recipe.RunEvent.Answer;
import io.tune4j.api.recipe.RunEvent.Answered;
import io.tune4j.report.SampleRun;
import io.tune4j.report.browser.Browser;
import io.tune4j.report.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a browser. */
@Timeout(120)
class WatchPageSlowTest {
    @TempDir
    Path folder;

    private Path runOfAProcessThatIsGone() throws IOException {
        Path run = folder.resolve("third");
        try (SampleRun third = new SampleRun(run, 10, 3)) {
            third.train(4);
        }
        Path journal = run.resolve(Journal.FILE);
        Files.writeString(journal, Files.readString(journal).replaceFirst("\"pid\":\\d+", "\"pid\":999999999"));
        return run;
    }

    @Test
    void growsWithItsRunsAndSaysWhenItIsLeftAlone() throws Exception {
        assumeTrue(Browser.isInstalled(), "no Chromium here: apt-get install chromium");
        Path runs = folder.resolve("runs");
        try (SampleRun run = new SampleRun(runs.resolve("first"), 100, 1);
                Browser browser = Browser.start(1280, 900, false)) {
            run.at(System.currentTimeMillis()).begin(0).validate(0).step(1).step(2);
            WatchServer server = WatchServer.start(List.of(runs), 0);
            try {
                browser.open(server.address());
                browser.await("document.querySelector('[role=progressbar]')?.ariaValueNow === '2'");
                assertThat(browser.evaluate("document.querySelector('.pill').textContent")
                                .asText())
                        .isEqualTo("running");
                browser.evaluate("document.querySelector('.plot details').open = true");

                run.step(3)
                        .validate(3)
                        .tell(new Answered(List.of(new Answer("Name a dog.", "a the", "A spaniel.", "A spaniel."))));
                browser.await("document.querySelector('[role=progressbar]')?.ariaValueNow === '3'");
                browser.await("document.querySelectorAll('.plot path.curve').length > 1");
                browser.await("document.querySelector('.sample')");
                assertThat(browser.evaluate(
                                        "[...document.querySelectorAll('.sample dt')].map(each => each.textContent)")
                                .toString())
                        .as("the newest answers")
                        .isEqualTo("[\"Prompt\",\"Before\",\"Now\",\"Expected\"]");

                try (SampleRun second = new SampleRun(runs.resolve("second"), 60, 2)) {
                    second.train().end("completed", "");
                }
                browser.await("document.querySelectorAll('.runs tbody tr').length === 2");
                browser.evaluate(
                        "[...document.querySelectorAll('.runs .link')].find(b => b.textContent === 'second').click()");
                browser.await("document.querySelector('h1').textContent === 'second'");

                Path third = runOfAProcessThatIsGone();
                Files.move(third, runs.resolve(third.getFileName()));
                browser.await("document.querySelector('.runs .pill.killed')?.textContent === 'killed'");
                assertThat(browser.complaints()).isEmpty();
                assertThat(browser.requests())
                        .allMatch(address ->
                                address.startsWith(server.address().toString()) || address.startsWith("data:"));
            } finally {
                server.close();
            }
            browser.await("document.querySelector('#kind').textContent.includes('has ended')");
        }
    }
}
