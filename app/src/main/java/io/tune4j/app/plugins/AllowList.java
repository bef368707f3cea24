// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The jars that may run, by their sha256 sums: the file {@code plugins.allow}, in the format of {@code sha256sum}. Without
 * the file every jar may.
 */
final class AllowList {
    private static final Pattern LINE = Pattern.compile("([0-9a-fA-F]{64})(\\s.*)?");

    private final @Nullable Path file;
    private final Set<String> sums;

    private AllowList(@Nullable Path file, Set<String> sums) {
        this.file = file;
        this.sums = sums;
    }

    /**
     * Reads the file, if there is one.
     *
     * @throws UserException if a line is no sum: a list that is understood in part would not protect
     */
    static AllowList read(@Nullable Path file) {
        if (file == null || !Files.exists(file)) {
            return new AllowList(null, Set.of());
        }
        try {
            Set<String> sums = new HashSet<>();
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (line.isEmpty() || line.startsWith("#")) {
                    continue;
                }
                if (!LINE.matcher(line).matches()) {
                    throw new UserException(file + ":" + (i + 1)
                            + ": expected a sha256 sum and a file name as sha256sum writes them, found '" + line + "'");
                }
                sums.add(line.substring(0, 64).toLowerCase(Locale.ROOT));
            }
            return new AllowList(file, sums);
        } catch (IOException e) {
            throw new UserException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Refuses a jar that is not listed. */
    void check(Path jar) throws BrokenPluginException {
        if (file == null) {
            return;
        }
        String sum = Sums.sha256(jar);
        if (!sums.contains(sum)) {
            throw new BrokenPluginException(jar.getFileName() + " is not listed in " + file
                    + "; if you trust it, add the line\n      " + sum + "  " + jar.getFileName());
        }
    }
}
