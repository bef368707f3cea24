// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.UnpackedFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fills JavaCPP's cache before JavaCPP looks into it. */
final class JavacppCache {
    private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

    private @Nullable Path folder;

    /**
     * Unpacks what classes need, or sees that it is there.
     *
     * @param what the libraries are, for messages
     * @return the cache's folder, which JavaCPP uses too
     * @throws ResourceException if no folder can be written to
     */
    Path prepare(String what, Class<?>... classes) {
        Path known = folder;
        Path used = UnpackedFiles.intoFirst(
                what, known == null ? candidates() : List.of(known), new JavacppLibraries(List.of(classes)));
        System.setProperty(PROPERTY, used.toString());
        folder = used;
        return used;
    }

    /** The folders that JavaCPP tries, in its order. */
    private static List<Path> candidates() {
        List<Path> folders = new ArrayList<>();
        String chosen = System.getProperty(PROPERTY);
        if (chosen != null) {
            folders.add(Path.of(chosen));
        }
        folders.add(Path.of(System.getProperty("user.home"), ".javacpp", "cache"));
        folders.add(
                Path.of(System.getProperty("java.io.tmpdir"), ".javacpp-" + System.getProperty("user.name"), "cache"));
        return folders;
    }
}
