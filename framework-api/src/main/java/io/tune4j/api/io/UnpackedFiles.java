// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.ResourceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Files of jars in a cache, complete and right before anybody loads them. The system maps a library into memory; one that is too short
 * ends the process with a SIGBUS. Each file is therefore written under another name, checked and renamed. Later starts compare sizes
 * and times, and read a file again only if one of them looks odd.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class UnpackedFiles {
    /** The end of the name of a file that is being written. */
    static final String UNFINISHED = ".tune4j-unpacking";

    private static final String MISSING = "is missing";
    private static final int PIECE = 1 << 20;

    private final String what;
    private final Path folder;

    /**
     * @param what the files are, for messages and the marker's name, e.g. {@code libtorch}
     * @param folder of the cache; made if need be
     */
    public UnpackedFiles(String what, Path folder) {
        this.what = what;
        this.folder = folder.toAbsolutePath();
    }

    /**
     * Unpacks files into the first folder that takes them, and says on the log which of the folders before it do not.
     *
     * @return the folder
     * @throws ResourceException if none takes them
     */
    public static Path intoFirst(String what, List<Path> folders, PackedFiles files) {
        List<String> failures = new ArrayList<>();
        for (Path candidate : folders) {
            try {
                if (!failures.isEmpty()) {
                    SharedTemporary.secure(candidate);
                }
                new UnpackedFiles(what, candidate).ensure(files);
                if (!failures.isEmpty()) {
                    log("the cache cannot be used: " + String.join("; ", failures) + ". " + what + " is unpacked to "
                            + candidate + " instead");
                }
                return candidate;
            } catch (IOException e) {
                failures.add(candidate + " (" + reason(e) + ")");
            }
        }
        throw new ResourceException(what + " cannot be unpacked to " + String.join(", nor to ", failures)
                + ".\nNext: make one of these folders writable, and see that its disk has room.");
    }

    private static String reason(IOException e) {
        String name = e.getClass().getSimpleName();
        String text = String.valueOf(e.getMessage());
        return name.equals("IOException") || name.equals("FileSystemException") ? text : name + ": " + text;
    }

    /**
     * Sees to it that all files are there as the jars have them.
     *
     * @throws IOException if the folder cannot be written to
     * @throws ResourceException if a jar itself is damaged
     */
    public void ensure(PackedFiles packedFiles) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        try (UnpackingLock lock = UnpackingLock.take(folder)) {
            UnpackedMarker marker =
                    UnpackedMarker.read(folder.resolve("." + what.replaceAll("\\W", "-") + ".tune4j-unpacked"));
            if (marker.holds(folder, packedFiles.stamp())) {
                return;
            }
            List<PackedFile> files = packedFiles.list();
            List<String> damaged = new ArrayList<>();
            Set<Path> cleaned = new HashSet<>();
            try {
                for (PackedFile packed : files) {
                    Path target = folder.resolve(packed.path());
                    String fault = fault(target, packed, marker);
                    if (fault != null) {
                        if (!fault.equals(MISSING) || marker.covers(packed)) {
                            damaged.add(packed.path().replaceFirst(".*/", "") + " " + fault);
                        }
                        prepare(target);
                        Path parent = target.getParent();
                        if (lock.isHeld() && parent != null && cleaned.add(parent)) {
                            deleteUnfinished(parent);
                        }
                        unpack(packed, target);
                    }
                    marker.add(packed);
                }
                marker.complete(packedFiles.stamp(), files);
            } finally {
                marker.save();
                if (!damaged.isEmpty()) {
                    log("the cache " + folder + " was damaged and is made again: " + String.join(", ", damaged));
                }
            }
        }
    }

    private static void log(String text) {
        System.getLogger(UnpackedFiles.class.getName()).log(System.Logger.Level.WARNING, text);
    }

    /** Describes the fault of a file; null if it has none. */
    private static @Nullable String fault(Path target, PackedFile packed, UnpackedMarker marker) throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(target, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return MISSING;
        } catch (IOException e) {
            // A file stands where a folder should be.
            return "cannot be reached";
        }
        if (!found.isRegularFile()) {
            return found.isSymbolicLink() ? "is a link" : "is no file";
        }
        if (found.size() != packed.size()) {
            return "has " + found.size() + " of " + packed.size() + " bytes";
        }
        boolean sameTime = found.lastModifiedTime().toMillis() == packed.modified();
        if (sameTime && marker.lists(packed)) {
            return null;
        }
        if (crc(target) != packed.crc()) {
            return "has other bytes";
        }
        if (!sameTime) {
            // Another time zone reads another time from the same jar.
            Files.setLastModifiedTime(target, FileTime.fromMillis(packed.modified()));
        }
        return null;
    }

    private static long crc(Path file) throws IOException {
        CRC32 crc = new CRC32();
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(piece.clear()) > 0) {
                crc.update(piece.flip());
            }
        }
        return crc.getValue();
    }

    /** Makes the folders above a file, and takes away what stands in their place or in the file's. */
    private void prepare(Path target) throws IOException {
        Path above = folder;
        for (Path name : folder.relativize(target)) {
            above = above.resolve(name);
            boolean last = above.equals(target);
            boolean right = last
                    ? Files.isRegularFile(above, LinkOption.NOFOLLOW_LINKS)
                    : Files.isDirectory(above, LinkOption.NOFOLLOW_LINKS);
            if (!right) {
                Leftovers.deleteTree(above);
                if (!last) {
                    Files.createDirectory(above);
                }
            }
        }
    }

    private static void deleteUnfinished(Path parent) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, "*" + UNFINISHED)) {
            for (Path path : left) {
                Leftovers.deleteTree(path);
            }
        }
    }

    private static void unpack(PackedFile packed, Path target) throws IOException {
        Path written = target.resolveSibling("." + target.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + System.nanoTime() + UNFINISHED);
        try {
            write(packed, written);
            Files.setLastModifiedTime(written, FileTime.fromMillis(packed.modified()));
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static void write(PackedFile packed, Path written) throws IOException {
        CRC32 crc = new CRC32();
        long size = 0;
        byte[] piece = new byte[PIECE];
        try (InputStream in = packed.open();
                FileChannel out = FileChannel.open(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                crc.update(piece, 0, count);
                size += count;
                ByteBuffer bytes = ByteBuffer.wrap(piece, 0, count);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
            // The marker must not outlive a power cut that the bytes do not.
            out.force(false);
        }
        if (size != packed.size() || crc.getValue() != packed.crc()) {
            throw new ResourceException(packed.source() + " does not have the content that its jar says: the jar is"
                    + " damaged.\nNext: build or download this distribution again.");
        }
    }
}
