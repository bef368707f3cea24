package io.tune4j.app.run;

import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds a config by the name of a bundled one, or as a file. */
public final class ConfigLocator {
    private static final String SUFFIX = ".yaml";

    private final Path bundled;

    /** @param bundled the folder of bundled configs */
    public ConfigLocator(Path bundled) {
        this.bundled = bundled;
    }

    /** @throws UserException if there is no such config; names the nearest */
    public Path find(String nameOrFile) {
        Path file = Path.of(nameOrFile);
        if (Files.isRegularFile(file)) {
            return file;
        }
        String name = nameOrFile.endsWith(SUFFIX) ? nameOrFile : nameOrFile + SUFFIX;
        Path inBundle = bundled.resolve(name).normalize();
        if (inBundle.startsWith(bundled) && Files.isRegularFile(inBundle)) {
            return inBundle;
        }
        if (Files.isRegularFile(Path.of(name))) {
            return Path.of(name);
        }
        throw new UserException("there is no config '" + nameOrFile + "'" + NearMisses.didYouMean(nameOrFile, names())
                + ", neither a file here nor one that comes along; those are " + String.join(", ", names()));
    }

    /** The bundled configs' names. */
    public List<String> names() {
        if (!Files.isDirectory(bundled)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(bundled)) {
            return found.filter(path -> path.toString().endsWith(SUFFIX))
                    .map(path -> bundled.relativize(path).toString().replace('\\', '/'))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
