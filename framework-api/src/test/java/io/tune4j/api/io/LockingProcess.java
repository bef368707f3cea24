// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.nio.file.Path;

/** Locks a directory and keeps it until it is killed. */
final class LockingProcess {
    private LockingProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (DirectoryLock lock = DirectoryLock.take(Path.of(arguments[0]), "output_dir")) {
            System.out.println("locked");
            Thread.sleep(60_000);
            throw new AssertionError("nobody ended this: " + lock);
        }
    }
}
