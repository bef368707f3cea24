package io.tune4j.api.io;

import java.nio.file.Path;
import java.util.Map;

/** The user's folder for files that can be made again. */
public final class UserCache {
    private static final String OWN = "TUNE4J_CACHE";
    private static final String COMMON = "XDG_CACHE_HOME";
    private static final String NAME = "tune4j";

    private UserCache() {}

    /**
     * {@code TUNE4J_CACHE}, or {@code tune4j} in {@code XDG_CACHE_HOME}, or {@code ~/.cache/tune4j}; it need not exist.
     *
     * @param environment the process's variables
     */
    public static Path folder(Map<String, String> environment) {
        String own = environment.getOrDefault(OWN, "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String common = environment.getOrDefault(COMMON, "");
        return common.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", NAME) : Path.of(common, NAME);
    }
}
