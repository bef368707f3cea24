// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.io.PackedFile;
import io.tune4j.api.io.PackedFiles;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * The libraries that JavaCPP unpacks when it loads classes, and where. JavaCPP checks each of them just before it loads that one; the
 * system loads those that a library needs along with it, unchecked.
 */
final class JavacppLibraries implements PackedFiles {
    private static final String FLAT = "org.bytedeco.javacpp.cachedir.nosubdir";

    private final List<Class<?>> classes;

    /** @param classes that JavaCPP will load */
    JavacppLibraries(List<Class<?>> classes) {
        this.classes = List.copyOf(classes);
    }

    /** Names, sizes and times of the jars beside those of the classes: the libraries are in one of them. */
    @Override
    public String stamp() {
        // A jar's times are those of the time zone that reads them.
        StringBuilder stamp = new StringBuilder(
                Loader.getPlatform() + " " + TimeZone.getDefault().getID() + " " + System.getProperty(FLAT));
        classes.stream()
                .map(JavacppLibraries::folder)
                .filter(Objects::nonNull)
                .distinct()
                .forEach(folder -> {
                    try (Stream<Path> jars = Files.list(folder)) {
                        for (Path jar : jars.filter(path -> path.toString().endsWith(".jar"))
                                .sorted()
                                .toList()) {
                            stamp.append(' ')
                                    .append(jar.getFileName())
                                    .append(' ')
                                    .append(Files.size(jar));
                            stamp.append(' ')
                                    .append(Files.getLastModifiedTime(jar).toMillis());
                        }
                    } catch (IOException e) {
                        // No stamp is like this one, so the jars are read.
                        stamp.append(' ').append(System.nanoTime());
                    }
                });
        return stamp.toString();
    }

    private static @Nullable Path folder(Class<?> owner) {
        CodeSource source = owner.getProtectionDomain().getCodeSource();
        try {
            return source == null || source.getLocation() == null
                    ? null
                    : Path.of(source.getLocation().toURI()).getParent();
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            return null;
        }
    }

    @Override
    public List<PackedFile> list() throws IOException {
        Map<String, PackedFile> files = new LinkedHashMap<>();
        Deque<Class<?>> waiting = new ArrayDeque<>(classes);
        Set<Class<?>> seen = new HashSet<>();
        while (!waiting.isEmpty()) {
            Class<?> next = Loader.getEnclosingClass(waiting.remove());
            if (seen.add(next)) {
                waiting.addAll(add(next, files));
            }
        }
        return List.copyOf(files.values());
    }

    /** Adds a class's libraries. Returns the classes that JavaCPP loads along with it. */
    private static Collection<Class<?>> add(Class<?> owner, Map<String, PackedFile> files) throws IOException {
        ClassProperties properties = Loader.loadProperties(owner, Loader.loadProperties(), true);
        List<String> names = new ArrayList<>(properties.get("platform.preload"));
        names.addAll(properties.get("platform.link"));
        names.add(properties.getProperty("platform.library"));
        for (String name : names) {
            for (URL url : name == null ? new URL[0] : Loader.findLibrary(owner, properties, name)) {
                PackedFile file = PackedFile.find(url, (jar, entry) -> path(jar, entry, url.getRef()));
                if (file != null) {
                    files.putIfAbsent(file.path(), file);
                }
            }
        }
        List<Class<?>> others = new ArrayList<>();
        for (String target : properties.get("target")) {
            try {
                // Initialising it would load its libraries.
                others.add(Class.forName(target, false, owner.getClassLoader()));
            } catch (ClassNotFoundException e) {
                // JavaCPP will say so.
                System.getLogger(JavacppLibraries.class.getName()).log(System.Logger.Level.DEBUG, target, e);
            }
        }
        return others;
    }

    /** The path that JavaCPP uses: the jar's name, the folder in it, and the name or another that the presets ask for. */
    private static String path(Path jar, String entry, @Nullable String otherName) {
        String name = otherName == null ? entry.substring(entry.lastIndexOf('/') + 1) : otherName;
        String flat = System.getProperty(FLAT, "false");
        if (flat.isEmpty() || flat.equalsIgnoreCase("true") || flat.equalsIgnoreCase("t")) {
            return name;
        }
        return jar.getFileName() + "/" + entry.substring(0, entry.lastIndexOf('/') + 1) + name;
    }
}
