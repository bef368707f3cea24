package io.tune4j.api.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Which parts of an incomplete file are there, kept beside it so that a killed download goes on. The first line says of which
 * content; each further line is the number of a complete part.
 */
final class Segments {
    /** Small enough that losing one is cheap, large enough that asking for one is. */
    static final long SIZE = 16L << 20;

    private final Path record;
    private final long fileSize;
    private final BitSet complete;

    private Segments(Path record, long fileSize, BitSet complete) {
        this.record = record;
        this.fileSize = fileSize;
        this.complete = complete;
    }

    /** Of an incomplete file: what its record says, or nothing if there is none or it is of other content. */
    static Segments open(Path incomplete, HubFile file) throws IOException {
        Path record = incomplete.resolveSibling(incomplete.getFileName() + ".parts");
        String head = file.identity() + " " + file.size() + " " + SIZE;
        BitSet complete = new BitSet();
        boolean known = false;
        if (Files.isRegularFile(record) && Files.isRegularFile(incomplete)) {
            String text = Files.readString(record, StandardCharsets.ISO_8859_1);
            // A line that a kill cut off may be the beginning of another number.
            List<String> lines =
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
            known = !lines.isEmpty() && lines.get(0).equals(head);
            for (String line : known ? lines.subList(1, lines.size()) : List.<String>of()) {
                if (line.matches("\\d{1,9}") && Integer.parseInt(line) < count(file.size())) {
                    complete.set(Integer.parseInt(line));
                }
            }
        }
        if (!known) {
            Files.deleteIfExists(incomplete);
            Files.writeString(record, head + "\n");
        }
        return new Segments(record, file.size(), complete);
    }

    private static int count(long size) {
        return Math.toIntExact((size + SIZE - 1) / SIZE);
    }

    int count() {
        return count(fileSize);
    }

    long start(int segment) {
        return segment * SIZE;
    }

    long length(int segment) {
        return Math.min(SIZE, fileSize - start(segment));
    }

    List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int i = complete.nextClearBit(0); i < count(); i = complete.nextClearBit(i + 1)) {
            missing.add(i);
        }
        return missing;
    }

    long bytesThere() {
        return complete.stream().mapToLong(this::length).sum();
    }

    synchronized void finish(int segment) throws IOException {
        complete.set(segment);
        Files.writeString(record, segment + "\n", StandardOpenOption.APPEND);
    }

    /** Forgets everything: what was there is not trusted any more. */
    synchronized void clear(HubFile file) throws IOException {
        complete.clear();
        Files.writeString(record, file.identity() + " " + file.size() + " " + SIZE + "\n");
    }

    void delete() throws IOException {
        Files.deleteIfExists(record);
    }
}
