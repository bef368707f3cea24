// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file {@value #FILE} of a run's folder. Each entry is complete on disk when {@link #add} returns. */
public final class Journal implements Closeable {
    public static final String FILE = "journal.jsonl";

    private final BufferedWriter writer;

    private Journal(BufferedWriter writer) {
        this.writer = writer;
    }

    /** Opens the journal of a folder to append. A line that a kill cut short is ended first. */
    public static Journal open(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        boolean cut = endsWithinLine(file);
        BufferedWriter writer = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (cut) {
            writer.write("\n");
        }
        return new Journal(writer);
    }

    private static boolean endsWithinLine(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return false;
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            bytes.seek(bytes.length() - 1);
            return bytes.read() != '\n';
        }
    }

    public void add(ObjectNode entry) throws IOException {
        writer.write(entry + "\n");
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
