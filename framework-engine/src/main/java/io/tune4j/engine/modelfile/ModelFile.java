// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.modelfile;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model in one file: weights, config and tokenizer. It is a component type: the name of a kind of files is their extension, and the
 * option {@code file} is the path.
 */
@FunctionalInterface
public interface ModelFile {
    /** llama.cpp's files, which may stand where a model's folder is expected. */
    String GGUF = "gguf";

    /**
     * The model as a folder in Hugging Face's format. It is made unless it is there already.
     *
     * @throws io.tune4j.api.error.DataException if the file is broken or holds no model that can be trained
     */
    Path folder();

    /** Whether a path has the name of such a file. */
    static boolean hasName(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith("." + GGUF);
    }

    /** Whether a path names such a file, which exists. */
    static boolean isOne(Path path) {
        return hasName(path) && Files.isRegularFile(path);
    }

    /**
     * Finds the plugin for a file.
     *
     * @param options the section that names the file, which gets the problem if there is no plugin
     * @param context of the component that reads the section
     * @return null after recording a problem
     */
    static @Nullable ModelFile of(Path file, ConfigReader options, ComponentContext context) {
        Map<String, ConfigNode> keys = new LinkedHashMap<>();
        keys.put("_component_", new Scalar(GGUF, GGUF, Origin.DEFAULT));
        keys.put("file", new Scalar(file.toString(), file.toString(), Origin.DEFAULT));
        ConfigReader section =
                new ConfigReader(new Mapping(keys, Origin.DEFAULT), options.problems(), options.notices());
        return context.components().create(ModelFile.class, section, context);
    }
}
