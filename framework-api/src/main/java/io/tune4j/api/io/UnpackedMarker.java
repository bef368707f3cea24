// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Says which files of a cache were read to their ends and are right. It is written last: a file that it does not list may have been
 * cut off by a kill or a power cut. The first line is the jars' stamp. Each other line has a checksum, a size, a time and a path.
 */
final class UnpackedMarker {
    private static final Pattern LINE = Pattern.compile("[0-9a-f]{1,8} (\\d{1,18}) (-?\\d{1,18}) (.+)");

    private final Path file;
    private final Map<String, String> known;
    private String stamp;
    private boolean changed;

    private UnpackedMarker(Path file, String stamp, Map<String, String> known) {
        this.file = file;
        this.stamp = stamp;
        this.known = known;
    }

    /** Reads a cache's marker; one that cannot be read lists nothing. */
    static UnpackedMarker read(Path file) {
        Map<String, String> known = new HashMap<>();
        String stamp = "";
        try {
            List<String> lines = Files.isRegularFile(file) ? Files.readAllLines(file) : List.of();
            stamp = lines.isEmpty() ? "" : lines.get(0);
            for (String line : lines) {
                Matcher parts = LINE.matcher(line);
                if (parts.matches()) {
                    known.put(parts.group(3), line);
                }
            }
        } catch (IOException e) {
            // It only saves time: without it the files are checked by their checksums.
            System.getLogger(UnpackedMarker.class.getName()).log(System.Logger.Level.DEBUG, "not readable: " + file, e);
        }
        return new UnpackedMarker(file, stamp, known);
    }

    /** Whether the jars are those that it was written for, and all of their files have the sizes and times that they had then. */
    boolean holds(Path folder, String jars) {
        return !known.isEmpty()
                && stamp.equals(jars)
                && known.values().stream().allMatch(line -> {
                    Matcher parts = LINE.matcher(line);
                    try {
                        return parts.matches()
                                && isUnchanged(
                                        folder.resolve(parts.group(3)),
                                        Long.parseLong(parts.group(1)),
                                        Long.parseLong(parts.group(2)));
                    } catch (IOException | InvalidPathException e) {
                        return false;
                    }
                });
    }

    private static boolean isUnchanged(Path path, long size, long modified) throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return found.isRegularFile()
                && found.size() == size
                && found.lastModifiedTime().toMillis() == modified;
    }

    private static String line(PackedFile packed) {
        return Long.toHexString(packed.crc()) + " " + packed.size() + " " + packed.modified() + " " + packed.path();
    }

    boolean lists(PackedFile packed) {
        return line(packed).equals(known.get(packed.path()));
    }

    /** Whether any version of the file was there. */
    boolean covers(PackedFile packed) {
        return known.containsKey(packed.path());
    }

    void add(PackedFile packed) {
        changed |= !line(packed).equals(known.put(packed.path(), line(packed)));
    }

    /** All files of these jars are listed, and no others. */
    void complete(String jars, List<PackedFile> files) {
        changed |= !stamp.equals(jars);
        stamp = jars;
        changed |= known.keySet().retainAll(files.stream().map(PackedFile::path).collect(Collectors.toSet()));
    }

    /** Writes it if it changed. A folder that cannot be written to goes without. */
    void save() {
        if (!changed) {
            return;
        }
        Path written = file.resolveSibling(file.getFileName() + UnpackedFiles.UNFINISHED);
        try {
            if (Files.isDirectory(file)) {
                Leftovers.deleteTree(file);
            }
            Files.writeString(written, stamp + "\n" + String.join("\n", new TreeMap<>(known).values()) + "\n");
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            changed = false;
        } catch (IOException e) {
            System.getLogger(UnpackedMarker.class.getName()).log(System.Logger.Level.DEBUG, "not written: " + file, e);
        }
    }
}
