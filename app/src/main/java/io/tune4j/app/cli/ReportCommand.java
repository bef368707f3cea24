// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.report.page.Page;
import io.tune4j.report.run.RunFiles;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tune report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Writes report.html of a run anew, such as one that was killed or is of an older version.")
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The run's output_dir.")
    private Path folder = Path.of("");

    @Override
    public Integer call() {
        RunFiles run = RunFiles.read(folder);
        System.out.println(Page.write(run, run.state()));
        return 0;
    }
}
