// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of what {@code recorder.c} writes down.
 *
 * @param kind the line's letter
 * @param path below the recorded folder
 * @param second a rename's target or the number of a file's content, else empty
 */
record DiskEvent(char kind, String path, String second) {
    /** Reads a log; paths become relative to the recorded folder. */
    static List<DiskEvent> read(Path log, Path root) throws IOException {
        List<DiskEvent> events = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            String[] parts = line.split("\t", -1);
            char kind = parts[0].charAt(0);
            String second = kind == 'R' ? relative(root, parts[2]) : parts[2];
            events.add(new DiskEvent(kind, relative(root, parts[1]), second));
        }
        return events;
    }

    private static String relative(Path root, String path) {
        return root.relativize(Path.of(path)).toString();
    }

    @Override
    public String toString() {
        return kind + " " + path + (second.isEmpty() ? "" : " " + second);
    }
}
