// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.ResourceException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Caches that kills, full disks and people have damaged. */
class UnpackedFilesTest {
    private static final byte[] CONTENT = random();
    private static final String PATH = "some.jar/lib/liba.so";

    @TempDir
    private Path folder;

    private Path cache;
    private Path jar;
    private int listings;
    private final List<String> log = new ArrayList<>();
    private final Logger logger = Logger.getLogger(UnpackedFiles.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            log.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void makeJar() throws IOException {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        cache = folder.resolve("cache");
        jar = folder.resolve("some.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (String name : List.of("lib/liba.so", "lib/libb.so")) {
                JarEntry entry = new JarEntry(name);
                entry.setTime(1_600_000_000_000L);
                out.putNextEntry(entry);
                out.write(CONTENT);
                out.closeEntry();
            }
        }
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    private static byte[] random() {
        byte[] bytes = new byte[3 << 20];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    private final class Jar implements PackedFiles {
        @Override
        public String stamp() {
            return "first";
        }

        @Override
        public List<PackedFile> list() throws IOException {
            listings++;
            List<PackedFile> files = new ArrayList<>();
            for (String name : List.of("liba.so", "libb.so")) {
                URI source = URI.create("jar:" + jar.toUri() + "!/lib/" + name);
                PackedFile file = PackedFile.find(source.toURL(), (from, entry) -> from.getFileName() + "/" + entry);
                files.add(Objects.requireNonNull(file));
            }
            return files;
        }
    }

    private void ensure() throws IOException {
        new UnpackedFiles("test", cache).ensure(new Jar());
    }

    private void assertComplete() throws IOException {
        for (String name : List.of("liba.so", "libb.so")) {
            Path file = cache.resolve("some.jar/lib").resolve(name);
            assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
            assertThat(file).hasBinaryContent(CONTENT);
            assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(1_600_000_000_000L);
        }
        try (Stream<Path> files = Files.list(cache.resolve("some.jar/lib"))) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aFirstStartUnpacksAndASecondOnlyCompares() throws IOException {
        ensure();
        assertComplete();
        ensure();
        assertThat(listings).isEqualTo(1);
        assertThat(log).isEmpty();
    }

    /** Damages of a cache. */
    enum Damage {
        SHORT,
        EMPTY,
        OTHER_BYTES,
        OTHER_BYTES_WITH_THE_OLD_TIME_AND_NO_MARKER,
        MISSING,
        FOLDER,
        FULL_FOLDER,
        LINK_TO_NOWHERE,
        LINK_ELSEWHERE,
        FILE_FOR_A_FOLDER,
        LINK_FOR_A_FOLDER,
        EMPTY_FOLDER;

        void damage(Path cache, Path elsewhere) throws IOException {
            Path file = cache.resolve(PATH);
            byte[] other = CONTENT.clone();
            other[other.length - 1]++;
            switch (this) {
                case SHORT -> Files.write(file, new byte[1000]);
                case EMPTY -> Files.write(file, new byte[0]);
                case OTHER_BYTES -> Files.write(file, other);
                case OTHER_BYTES_WITH_THE_OLD_TIME_AND_NO_MARKER -> {
                    FileTime time = Files.getLastModifiedTime(file);
                    Files.write(file, other);
                    Files.setLastModifiedTime(file, time);
                    Files.delete(cache.resolve(".test.tune4j-unpacked"));
                }
                case MISSING -> Files.delete(file);
                case FOLDER, FULL_FOLDER -> {
                    Files.delete(file);
                    Files.createDirectory(file);
                    if (this == FULL_FOLDER) {
                        Files.write(file.resolve("x"), CONTENT);
                    }
                }
                case LINK_TO_NOWHERE, LINK_ELSEWHERE -> {
                    Files.delete(file);
                    Files.createSymbolicLink(file, this == LINK_ELSEWHERE ? elsewhere : cache.resolve("nowhere"));
                }
                case FILE_FOR_A_FOLDER, LINK_FOR_A_FOLDER -> {
                    Leftovers.deleteTree(cache.resolve("some.jar"));
                    if (this == LINK_FOR_A_FOLDER) {
                        Files.createSymbolicLink(cache.resolve("some.jar"), cache.resolve("nowhere"));
                    } else {
                        Files.write(cache.resolve("some.jar"), new byte[1]);
                    }
                }
                case EMPTY_FOLDER -> {
                    Leftovers.deleteTree(cache.resolve("some.jar"));
                    Files.createDirectories(file.getParent());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void damageIsMendedAndSaidInOneLine(Damage damage) throws IOException {
        ensure();
        Path elsewhere = Files.write(folder.resolve("elsewhere"), new byte[] {1});
        damage.damage(cache, elsewhere);
        ensure();
        assertComplete();
        assertThat(elsewhere).hasBinaryContent(new byte[] {1});
        assertThat(log).hasSize(1);
        assertThat(log.get(0)).contains("the cache " + cache + " was damaged and is made again: liba.so ");
        ensure();
        assertThat(log).hasSize(1);
    }

    @Test
    void whatAKillLeftIsTakenAway() throws IOException {
        Path left = cache.resolve("some.jar/lib/.liba.so.1-2" + UnpackedFiles.UNFINISHED);
        Files.createDirectories(left.getParent());
        Files.write(left, new byte[1000]);
        ensure();
        assertComplete();
        assertThat(log).isEmpty();
    }

    @Test
    void anotherTimeIsNotAnotherFile() throws IOException {
        ensure();
        Path file = cache.resolve(PATH);
        Object inode = Files.readAttributes(file, "*").get("fileKey");
        Files.setLastModifiedTime(file, FileTime.fromMillis(5_000));
        ensure();
        assertComplete();
        assertThat(Files.readAttributes(file, "*").get("fileKey")).isEqualTo(inode);
        assertThat(log).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenToIsReplacedByTheNext() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        Path used = UnpackedFiles.intoFirst("test", List.of(file, link, cache), new Jar());
        assertThat(used).isEqualTo(cache);
        assertComplete();
        assertThat(log).hasSize(1);
        assertThat(log.get(0)).contains(file.toString(), link.toString(), "test is unpacked to " + cache + " instead");
    }

    @Test
    void noFolderAtAll() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        assertThatThrownBy(() -> UnpackedFiles.intoFirst("test", List.of(file), new Jar()))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll("test cannot be unpacked to " + file, "make one of these folders writable");
    }
}
