// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.DataException;
import io.tune4j.api.io.UnusablePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names that a server sent, as paths in a folder: nothing that it says leads out of there. */
final class SafePaths {
    /** Names that mean devices on Windows. */
    private static final Pattern DEVICE =
            Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?", Pattern.CASE_INSENSITIVE);

    private static final int LONGEST_NAME = 240;

    private SafePaths() {}

    /**
     * The place of a file.
     *
     * @throws DataException if the name would lead out of the folder or cannot be a file's
     */
    static Path resolve(Path folder, String name) {
        if (name.isEmpty() || name.startsWith("/") || name.contains("\\") || name.contains(":")) {
            throw refused(name, "it is not a path within a repository");
        }
        for (String part : name.split("/", -1)) {
            boolean dots = part.equals(".") || part.equals("..") || part.isEmpty();
            if (dots || part.length() > LONGEST_NAME || part.chars().anyMatch(Character::isISOControl)) {
                throw refused(name, dots ? "it has an empty part, '.' or '..'" : "a part of it can be no file's name");
            }
            if (DEVICE.matcher(part).matches() || part.endsWith(".") || part.endsWith(" ")) {
                throw refused(name, "'" + part.toLowerCase(Locale.ROOT) + "' means something else on some systems");
            }
        }
        try {
            Path target = folder.resolve(name).normalize();
            if (!target.startsWith(folder.normalize())) {
                throw refused(name, "it leads out of the folder");
            }
            return target;
        } catch (InvalidPathException e) {
            throw refused(name, UnusablePath.reason(e));
        }
    }

    /**
     * Makes the folder of a file, unless a link in it leads out.
     *
     * @throws DataException if one does
     */
    static void makeParents(Path folder, Path target) throws IOException {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            return;
        }
        Path existing = parent;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing != null && !existing.toRealPath().startsWith(folder.toRealPath())) {
            throw new DataException(
                    target + " is reached through a link that leads out of " + folder + "; remove the link");
        }
        Files.createDirectories(parent);
    }

    private static DataException refused(String name, String why) {
        String shown = name.length() > 100 ? name.substring(0, 100) + "..." : name;
        return new DataException("the server lists a file '" + shown.replaceAll("\\p{Cntrl}", "?")
                + "', which is refused: " + why + ". Nothing was downloaded; do not trust this repository");
    }
}
