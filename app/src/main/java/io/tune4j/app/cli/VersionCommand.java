// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import picocli.CommandLine.Command;

/** {@code tune version}. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Prints the versions of tune4j, Java and the system, for reports.",
        footer = {"", "Example:", "  tune version"})
final class VersionCommand implements Runnable {
    @Override
    public void run() {
        for (String line : new TuneCommand.Version().getVersion()) {
            System.out.println(line);
        }
    }
}
