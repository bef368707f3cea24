// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.app.doctor.BackendProbe;
import io.tune4j.app.doctor.Doctor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code tune doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Checks Java, memory, disk, plugins, and every backend with its devices and dtypes, and says what is"
                        + " wrong.",
        footer = {"", "Exit codes: 0 if a run can work, 4 if none can."})
final class DoctorCommand implements Callable<Integer> {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    /** Each backend is tried in a process of its own: two libtorch cannot share one. */
    @Option(names = "--probe", hidden = true)
    private String probe = "";

    @Override
    public Integer call() {
        return probe.isEmpty()
                ? new Doctor(root.installation(), root.pluginFolders(), System.out).examine()
                : BackendProbe.run(root.installation(), probe, System.out);
    }
}
