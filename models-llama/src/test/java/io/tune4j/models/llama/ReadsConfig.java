// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import io.tune4j.api.decoder.ConfigFile;
import java.nio.file.Path;

/** Lets tests of other packages read a checkpoint's config. */
public final class ReadsConfig {
    private ReadsConfig() {}

    /** Reads the folder's file. */
    public static void in(Path folder) {
        ConfigFile.read(folder, new LlamaArchitecture());
    }
}
