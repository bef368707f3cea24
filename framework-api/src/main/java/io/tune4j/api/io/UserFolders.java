// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.nio.file.Path;
import java.util.Map;
import org.apiguardian.api.API;

/** Folders of the user and of the machine, for plugins, which do not ask the system themselves. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class UserFolders {
    private static final String OWN = "TUNE4J_CACHE";
    private static final String COMMON = "XDG_CACHE_HOME";
    private static final String NAME = "tune4j";

    private UserFolders() {}

    /**
     * The folder for what can be made again: {@code TUNE4J_CACHE}, or {@code tune4j} in {@code XDG_CACHE_HOME}, or {@code
     * ~/.cache/tune4j}; it need not exist.
     *
     * @param environment the process's variables
     */
    public static Path cache(Map<String, String> environment) {
        String own = environment.getOrDefault(OWN, "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String common = environment.getOrDefault(COMMON, "");
        return common.isBlank() ? Path.of(home(), ".cache", NAME) : Path.of(common, NAME);
    }

    /** The folder for temporary files, {@code java.io.tmpdir}. */
    public static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** A path as users write it with {@code ~} replaced by their home folder. */
    public static String expand(String path) {
        return path.equals("~") || path.startsWith("~/") ? home() + path.substring(1) : path;
    }

    private static String home() {
        return System.getProperty("user.home");
    }
}
