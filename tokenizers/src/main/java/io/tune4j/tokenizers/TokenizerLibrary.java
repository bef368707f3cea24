// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.tune4j.api.io.PackedFile;
import io.tune4j.api.io.PackedFiles;
import io.tune4j.api.io.UnpackedFiles;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/** Unpacks the tokenizers library before DJL does: DJL takes any file of the right name in its cache, even a damaged one. */
final class TokenizerLibrary implements PackedFiles {
    /** The property that names the folder in which DJL looks for the library first. */
    private static final String PATH = "RUST_LIBRARY_PATH";

    private static final String LIBRARY = System.mapLibraryName("tokenizers");

    private final Platform platform;

    private TokenizerLibrary(Platform platform) {
        this.platform = platform;
    }

    /** @throws io.tune4j.api.error.ResourceException if no folder can be written to */
    static synchronized void prepare() {
        if (Utils.getEnvOrSystemProperty(PATH) != null) {
            return;
        }
        TokenizerLibrary library = new TokenizerLibrary(Platform.detectPlatform("tokenizers"));
        if (library.source(LIBRARY) == null) {
            // DJL says what it has for other platforms.
            return;
        }
        Path used = UnpackedFiles.intoFirst("tokenizers", library.candidates(), library);
        // By its file: beside a GPU, DJL would look into a folder for that one.
        System.setProperty(PATH, used.resolve(LIBRARY).toString());
    }

    private List<Path> candidates() {
        String folder = platform.getVersion() + "-cpu-" + platform.getClassifier();
        return List.of(
                Utils.getEngineCacheDir("tokenizers").resolve(folder),
                Path.of(System.getProperty("java.io.tmpdir"), ".djl.ai-" + System.getProperty("user.name"), folder));
    }

    private @Nullable URL source(String name) {
        String path = "native/lib/" + platform.getClassifier() + "/cpu/" + name;
        return HuggingFaceTokenizer.class.getClassLoader().getResource(path);
    }

    /** The jar's version stands in its name. A jar's times are those of the time zone that reads them. */
    @Override
    public String stamp() {
        return source(LIBRARY) + " " + TimeZone.getDefault().getID();
    }

    @Override
    public List<PackedFile> list() throws IOException {
        List<PackedFile> files = new ArrayList<>();
        for (String name : names()) {
            URL source = source(name);
            PackedFile file = source == null ? null : PackedFile.find(source, (jar, entry) -> name);
            if (file != null) {
                files.add(file);
            }
        }
        return files;
    }

    private static List<String> names() {
        return LIBRARY.endsWith(".dll")
                ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", LIBRARY)
                : List.of(LIBRARY);
    }
}
