// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.report.browser.Browser;
import io.tune4j.report.page.Page;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.watch.WatchServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Makes the pictures of the documentation anew; {@code scripts/pictures} runs it. */
@EnabledIfSystemProperty(named = "pictures", matches = ".+")
class PicturesTest {
    private static final Path TARGET = Path.of(System.getProperty("pictures", "target"));

    @TempDir
    Path folder;

    private Path run(String name, long seed, boolean ends) throws IOException {
        Path run = folder.resolve(name);
        try (SampleRun sample = new SampleRun(run, 240, seed)) {
            if (ends) {
                sample.train().end("completed", "");
            } else {
                // What is running has a last sign of life.
                sample.at(System.currentTimeMillis() - 150 * 400).train(150);
            }
        }
        return run;
    }

    private void picture(URI address, String name, boolean dark, String shown) throws Exception {
        try (Browser browser = Browser.start(1100, 1000, dark)) {
            browser.open(address);
            browser.await(shown);
            Files.createDirectories(TARGET);
            Path file = TARGET.resolve(name + ".png");
            Files.write(file, browser.screenshot());
            assertThat(Files.size(file)).isLessThan(200_000);
        }
    }

    @Test
    void report() throws Exception {
        RunFiles files = RunFiles.read(run("harbour-names", 11, true));
        URI page = Page.write(files, files.state()).toUri();
        picture(page, "report-light", false, "document.querySelector('path.curve')");
    }

    @Test
    void watch() throws Exception {
        run("rank-16", 3, true);
        run("rank-64", 4, true);
        run("lower-rate", 5, false);
        try (WatchServer server = WatchServer.start(List.of(folder), 0)) {
            picture(server.address(), "watch-dark", true, "document.querySelectorAll('.runs tr').length > 3");
        }
    }
}
