// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.pytorch.engine.PtEngineProvider;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.tune4j.api.io.PackedFile;
import io.tune4j.api.io.PackedFiles;
import io.tune4j.api.io.UnpackedFiles;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the bindings' native half for a libtorch of the user's before DJL does: DJL takes any file of the right name in its cache,
 * even a damaged one, which then ends the JVM.
 */
final class BindingsLibrary implements PackedFiles {
    private static final String LIBRARY = System.mapLibraryName("djl_torch");

    private final Platform platform;
    private final String flavor;

    private BindingsLibrary(Platform platform, String flavor) {
        this.platform = platform;
        this.flavor = flavor;
    }

    /**
     * Sees to it that the cache has the library as the jar has it.
     *
     * @param files which have it themselves where they come with the plugin
     */
    static void prepare(NativeFiles files) {
        if (Files.exists(files.folder().resolve(LIBRARY))) {
            return;
        }
        BindingsLibrary library = new BindingsLibrary(Platform.detectPlatform("pytorch"), files.flavor());
        if (library.source() == null) {
            // DJL says what it has for other platforms.
            return;
        }
        Path folder = Utils.getEngineCacheDir("pytorch")
                .resolve(files.version() + "-" + files.flavor() + "-" + library.platform.getClassifier());
        try {
            new UnpackedFiles("djl_torch", folder).ensure(library);
        } catch (IOException e) {
            // DJL fails in the same folder, and then it is said what to do.
            System.getLogger(BindingsLibrary.class.getName())
                    .log(System.Logger.Level.DEBUG, () -> folder + " was not checked: " + e);
        }
    }

    private @Nullable URL source() {
        String path = "jnilib/" + platform.getClassifier() + "/" + flavor + "/" + LIBRARY;
        return PtEngineProvider.class.getClassLoader().getResource(path);
    }

    /** The jar's version stands in its name. A jar's times are those of the time zone that reads them. */
    @Override
    public String stamp() {
        return source() + " " + TimeZone.getDefault().getID();
    }

    @Override
    public List<PackedFile> list() throws IOException {
        URL source = source();
        PackedFile file = source == null
                ? null
                : PackedFile.find(source, (jar, entry) -> platform.getApiVersion() + "-" + LIBRARY);
        return file == null ? List.of() : List.of(file);
    }
}
