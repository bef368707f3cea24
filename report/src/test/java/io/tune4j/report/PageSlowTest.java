// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.report.browser.Browser;
import io.tune4j.report.journal.Journal;
import io.tune4j.report.page.Page;
import io.tune4j.report.run.RunFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report in a browser. */
class PageSlowTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @BeforeEach
    void needsABrowser() {
        assumeTrue(Browser.isInstalled(), "no Chromium here: apt-get install chromium");
    }

    private Path report(long steps) throws IOException {
        Path run = folder.resolve("run");
        Files.createDirectories(run);
        Files.writeString(
                run.resolve("config.yaml"),
                "model:\n"
                        + "  lora_rank: 16   # my.yaml:3:14\n"
                        + "dtype: fp32   # my.yaml:4:8\n"
                        + "note: \"</script><b>\"   # my.yaml:5:7\n");
        try (SampleRun sample = new SampleRun(run, steps, 7)) {
            sample.train().warn("a record is <empty>").end("completed", "");
        }
        RunFiles files = RunFiles.read(run);
        return Page.write(files, files.state());
    }

    private Browser browser(int width, boolean dark) throws Exception {
        return Browser.start(width, 900, dark);
    }

    @ParameterizedTest
    @CsvSource({"1280, false", "1280, true", "390, false", "390, true"})
    void drawsAllPlotsWithoutAComplaintInBothThemesAndWidths(int width, boolean dark) throws Exception {
        Path report = report(240);
        try (Browser browser = browser(width, dark)) {
            browser.open(report.toUri());

            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests())
                    .allSatisfy(address -> assertThat(address).matches("(file|data):.*"));
            JsonNode plots = browser.evaluate("[...document.querySelectorAll('.plot')].map(plot => ["
                    + "plot.dataset.plot, plot.querySelectorAll('path.curve').length,"
                    + "[...plot.querySelectorAll('path.curve')].every(path => path.getBBox().width > 100)])");
            assertThat(plots.toString())
                    .isEqualTo("[[\"Training and validation\",3,true],[\"Learning rate\",1,true],"
                            + "[\"Gradient norm\",2,true],[\"Tokens per second\",2,true],[\"Memory (GiB)\",1,true]]");
            assertThat(browser.evaluate("document.querySelectorAll('.set rect').length")
                            .asInt())
                    .isGreaterThan(10);
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .as("nothing sticks out to the right")
                    .isLessThanOrEqualTo(width);
            assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor")
                            .asText())
                    .isEqualTo(dark ? "rgb(17, 20, 24)" : "rgb(247, 247, 245)");
        }
    }

    @Test
    void showsTheValuesOfTheJournal() throws Exception {
        Path report = report(240);
        List<Double> logged = new ArrayList<>();
        for (String line : Files.readAllLines(report.resolveSibling(Journal.FILE))) {
            JsonNode entry = JSON.readTree(line);
            if (entry.path("event").asText().equals("step")) {
                logged.add(entry.path("metrics").path("loss").doubleValue());
            }
        }
        try (Browser browser = browser(1280, false)) {
            browser.open(report.toUri());
            browser.evaluate("document.querySelector('.plot details').open = true");
            browser.await("document.querySelector('.plot tbody')");
            JsonNode cells = browser.evaluate("[...document.querySelectorAll('.plot:first-of-type tbody tr')]"
                    + ".map(row => [...row.cells].map(cell => cell.textContent))");

            assertThat(cells).hasSizeGreaterThan(100);
            assertThat(cells).allSatisfy(row -> {
                if (!row.path(1).asText().isEmpty()) {
                    int step = Integer.parseInt(row.path(0).asText());
                    assertThat(Double.parseDouble(row.path(1).asText())).isEqualTo(logged.get(step - 1));
                }
            });
        }
    }

    @Test
    void isUsedWithKeysAndByScreenReaders() throws Exception {
        Path report = report(240);
        try (Browser browser = browser(1280, false)) {
            browser.open(report.toUri());
            assertThat(browser.spoken())
                    .contains(
                            "heading \"run\"",
                            "button \"Colours: as the system\"",
                            "button \"Copy: Repeat it elsewhere\"")
                    .anyMatch(spoken -> spoken.startsWith("image \"Training and validation. training: from "))
                    .anyMatch(spoken -> spoken.startsWith("image \"Lengths of 440 samples"));

            browser.evaluate("document.querySelector('.plot svg').focus()");
            browser.press("Home");
            assertThat(browser.evaluate("document.querySelector('#announce').textContent")
                            .asText())
                    .startsWith("Training and validation: step 1 ");
            browser.press("ArrowRight");
            assertThat(browser.evaluate("document.querySelector('#announce').textContent")
                            .asText())
                    .startsWith("Training and validation: step 2 ");

            browser.evaluate("document.querySelector('#theme').focus()");
            browser.press("Tab");
            assertThat(browser.evaluate("document.activeElement.tagName").asText())
                    .isEqualTo("BUTTON");
        }
    }

    @Test
    void takesTextsOfOthersAsText() throws Exception {
        Path report = report(24);
        try (Browser browser = browser(1280, false)) {
            browser.open(report.toUri());
            String text =
                    browser.evaluate("document.querySelector('main').innerText").asText();

            assertThat(text).contains("</script><b>", "a record is <empty>", "A kind of <dog>.");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void opensTheReportOfALongRunInTwoSeconds() throws Exception {
        Path report = report(100_000);
        assertThat(Files.size(report)).isLessThan(1_000_000);
        try (Browser browser = browser(1280, false)) {
            browser.open(report.toUri());
            assertThat(browser.open(report.toUri())).isLessThan(2_000);
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void isOneFileThatNamesNoServer() throws Exception {
        String text = Files.readString(report(24), StandardCharsets.UTF_8);
        assertThat(text.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://", "https://", "src=");
    }
}
