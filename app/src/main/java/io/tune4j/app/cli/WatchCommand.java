// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.report.watch.WatchServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tune watch}. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description =
                "Shows runs live on a page of this machine. It reads their files alone, also on a shared disk; Ctrl-C"
                        + " ends it and no run.")
final class WatchCommand implements Callable<Integer> {
    private static final int USUAL_PORT = 7171;

    @Parameters(
            arity = "0..*",
            paramLabel = "DIR",
            description = "Folders of runs, or above them; this folder if none.")
    private List<Path> folders = new ArrayList<>();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The port, 0 for any that is free. Default: ${DEFAULT-VALUE}.")
    private int port = USUAL_PORT;

    @Override
    public Integer call() throws InterruptedException {
        List<Path> roots = folders.isEmpty() ? List.of(Path.of("")) : folders;
        for (Path root : roots) {
            if (!Files.isDirectory(root.toAbsolutePath())) {
                throw new UserException("there is no folder " + root);
            }
        }
        try (WatchServer server = WatchServer.start(roots, port)) {
            System.out.println("watching on " + server.address() + " (Ctrl-C ends this, no run)");
            new CountDownLatch(1).await();
        }
        return 0;
    }
}
