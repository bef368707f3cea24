// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which parts of an incomplete file are there, kept beside it so that a killed download goes on. The first line has the hash and the
 * size of the content, so that parts of two versions never meet. Each other line has the number of a complete part, or the number of a
 * part and how many of its bytes are there.
 */
final class Segments {
    /** Small enough that losing one is cheap, large enough that asking for one is. */
    static final long SIZE = 16L << 20;

    /** Bytes of a segment between two lines of the record. */
    static final long STEP = 256 << 10;

    private static final Pattern LINE = Pattern.compile("(\\d{1,9})(?: (\\d{1,9}))?");

    private final Path record;
    private final long fileSize;
    private final BitSet complete = new BitSet();

    /** Bytes of segments that are not being fetched now. */
    private final Map<Integer, Long> begun = new HashMap<>();

    private Segments(Path record, long fileSize) {
        this.record = record;
        this.fileSize = fileSize;
    }

    /** Reads an incomplete file's record. Without one, or with one of other content, the file begins anew. */
    static Segments open(Path incomplete, HubFile file) throws IOException {
        Path record = incomplete.resolveSibling(incomplete.getFileName() + ".parts");
        Segments segments = new Segments(record, file.size());
        boolean known = false;
        if (Files.isRegularFile(record) && Files.isRegularFile(incomplete)) {
            String text = Files.readString(record, StandardCharsets.ISO_8859_1);
            // A line that a kill cut off may be the beginning of another number.
            List<String> lines =
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
            known = !lines.isEmpty() && lines.get(0).equals(head(file));
            if (known) {
                segments.read(lines.subList(1, lines.size()), Files.size(incomplete));
            }
        }
        if (!known) {
            Files.deleteIfExists(incomplete);
            if (segments.isRecorded()) {
                Files.writeString(record, head(file) + "\n");
            } else {
                Files.deleteIfExists(record);
            }
        }
        return segments;
    }

    private static String head(HubFile file) {
        return file.identity() + " " + file.size() + " " + SIZE;
    }

    private void read(List<String> lines, long there) {
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches() || Integer.parseInt(matcher.group(1)) >= count()) {
                continue;
            }
            int segment = Integer.parseInt(matcher.group(1));
            long bytes = matcher.group(2) == null ? length(segment) : Long.parseLong(matcher.group(2));
            if (bytes > length(segment) || start(segment) + bytes > there) {
                continue;
            }
            if (bytes == length(segment)) {
                complete.set(segment);
            } else {
                begun.put(segment, bytes);
            }
        }
        complete.stream().forEach(begun::remove);
    }

    /** Small files are not worth a record. */
    private boolean isRecorded() {
        return fileSize > STEP;
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

    synchronized List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int i = complete.nextClearBit(0); i < count(); i = complete.nextClearBit(i + 1)) {
            missing.add(i);
        }
        return missing;
    }

    /** Bytes that are there, without those of segments that are being fetched. */
    synchronized long bytesThere() {
        return complete.stream().mapToLong(this::length).sum()
                + begun.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Begins to fetch a segment. Returns how many of its bytes are there already. */
    synchronized long take(int segment) {
        Long bytes = begun.remove(segment);
        return bytes == null ? 0 : bytes;
    }

    /** Ends fetching a segment that is not complete. */
    synchronized void giveBack(int segment, long bytes) {
        begun.put(segment, bytes);
    }

    /** Notes that the first bytes of a segment are in the file. */
    synchronized void advance(int segment, long bytes) throws IOException {
        append(segment + " " + bytes);
    }

    synchronized void finish(int segment) throws IOException {
        complete.set(segment);
        append(String.valueOf(segment));
    }

    private void append(String line) throws IOException {
        if (isRecorded()) {
            Files.writeString(record, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    /** Forgets everything: what was there is not trusted any more. */
    synchronized void clear(HubFile file) throws IOException {
        complete.clear();
        begun.clear();
        if (isRecorded()) {
            Files.writeString(record, head(file) + "\n");
        }
    }

    void delete() throws IOException {
        if (isRecorded()) {
            Files.deleteIfExists(record);
        }
    }
}
