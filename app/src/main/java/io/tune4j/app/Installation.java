package io.tune4j.app;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where things are installed.
 *
 * @param configs the folder of bundled configs
 * @param pluginFolders folders of plugins, the bundled ones first
 * @param version of the application
 */
public record Installation(Path configs, List<Path> pluginFolders, String version) {
    /** Set by the launcher: the distribution's folder. */
    private static final String HOME = "tune4j.home";

    public Installation {
        pluginFolders = List.copyOf(pluginFolders);
    }

    /**
     * As the launcher says, with further plugin folders.
     *
     * @param more of the command line
     */
    public static Installation find(List<Path> more) {
        Path home = Path.of(System.getProperty(HOME, ".")).toAbsolutePath().normalize();
        List<Path> folders = new ArrayList<>(List.of(home.resolve("plugins")));
        String environment = System.getenv("TUNE4J_PLUGINS");
        if (environment != null && !environment.isBlank()) {
            Arrays.stream(environment.split(File.pathSeparator)).map(Path::of).forEach(folders::add);
        }
        folders.addAll(more);
        String version = Installation.class.getModule().isNamed()
                ? Installation.class.getModule().getDescriptor().rawVersion().orElse("unknown")
                : "unknown";
        return new Installation(home.resolve("configs"), folders, version);
    }

    /** What configs can refer to besides their own keys. */
    public Map<String, String> variables() {
        return Map.of("tune4j.configs", Objects.requireNonNull(configs.toString()));
    }
}
