// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The head of a data set's README.md: configurations, each with globs for the files of its splits.
 *
 * @param configs by their names, in order; none if the head says nothing
 */
record DatasetCard(Map<String, Config> configs) {
    private static final int MOST_CHARACTERS = 10 << 20;

    /**
     * One configuration.
     *
     * @param globs for each split; null if the names of the files say it
     * @param folder that its files are in, or nothing
     * @param usual whether it is meant where no name is given
     */
    record Config(@Nullable Map<String, List<String>> globs, String folder, boolean usual) {}

    DatasetCard {
        configs = new LinkedHashMap<>(configs);
    }

    /** A data set without a card. */
    static DatasetCard none() {
        return new DatasetCard(Map.of());
    }

    /**
     * Reads a README.md.
     *
     * @param id of the data set, for messages
     * @throws DataException if its head is broken
     */
    static DatasetCard read(String readme, String id) {
        String text = readme.replace("\r\n", "\n").replaceFirst("^\ufeff", "");
        int end = text.startsWith("---\n") ? text.indexOf("\n---", 3) : -1;
        if (end < 0) {
            return none();
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MOST_CHARACTERS);
        try {
            Object head = new Yaml(new SafeConstructor(options)).load(text.substring(4, end + 1));
            Map<String, Config> configs = new LinkedHashMap<>();
            for (Object config : list(head instanceof Map<?, ?> map ? map.get("configs") : null)) {
                if (config instanceof Map<?, ?> map) {
                    Object name = map.get("config_name");
                    configs.put(name == null ? "default" : String.valueOf(name), config(map));
                }
            }
            return new DatasetCard(configs);
        } catch (YAMLException e) {
            throw new DataException(
                    "the head of data set '" + id + "' (README.md) is no valid YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + "; name the wanted files in data_files",
                    e);
        }
    }

    private static Config config(Map<?, ?> config) {
        String folder = config.get("data_dir") instanceof String said ? said : "";
        boolean usual = Boolean.TRUE.equals(config.get("default"));
        Object files = config.get("data_files");
        return new Config(files == null ? null : globs(files), folder.replaceAll("^\\./|/+$", ""), usual);
    }

    /** Globs for each split: a mapping of splits, a list with a path and a split in each item, or paths for train. */
    private static Map<String, List<String>> globs(Object files) {
        Map<String, List<String>> globs = new LinkedHashMap<>();
        if (files instanceof Map<?, ?> bySplit) {
            bySplit.forEach((split, paths) -> globs.put(String.valueOf(split), texts(paths)));
            return globs;
        }
        for (Object item : list(files)) {
            if (item instanceof Map<?, ?> entry) {
                String split = entry.get("split") == null ? "train" : String.valueOf(entry.get("split"));
                globs.computeIfAbsent(split, name -> new ArrayList<>()).addAll(texts(entry.get("path")));
            } else {
                globs.computeIfAbsent("train", name -> new ArrayList<>()).addAll(texts(item));
            }
        }
        return globs;
    }

    private static List<String> texts(@Nullable Object value) {
        return list(value).stream().map(String::valueOf).toList();
    }

    private static List<?> list(@Nullable Object value) {
        return value == null ? List.of() : value instanceof List<?> items ? items : List.of(value);
    }

    /**
     * The configuration that is meant.
     *
     * @param name or null for the usual one
     * @return null if the card has none
     * @throws DataException if the name is missing or unknown; lists those that there are
     */
    @Nullable
    Config choose(@Nullable String name, String id) {
        if (configs.isEmpty()) {
            return null;
        }
        String known = "data set '" + id + "' has the configurations " + String.join(", ", configs.keySet());
        if (name != null) {
            Config config = configs.get(name);
            if (config == null) {
                throw new DataException(known + ", none named '" + name + "'"
                        + NearMisses.didYouMean(name, configs.keySet()) + "; check name");
            }
            return config;
        }
        if (configs.size() == 1) {
            return configs.values().iterator().next();
        }
        Config usual =
                configs.values().stream().filter(Config::usual).findFirst().orElse(configs.get("default"));
        if (usual == null) {
            throw new DataException(known + ", which are different data sets; say which one is meant, e.g. name: "
                    + configs.keySet().iterator().next());
        }
        return usual;
    }
}
