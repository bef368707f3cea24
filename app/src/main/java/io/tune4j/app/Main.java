// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app;

import io.tune4j.app.cli.TuneCommand;

/** Runs {@code tune}; the process's exit code is the command's. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(TuneCommand.execute(arguments));
    }
}
