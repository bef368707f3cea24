// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Local files instead of the data sets that task files name: key {@code data}, a section with a task's name and its file, its files,
 * or its files by split.
 *
 * @param files by the name of the task
 */
public record DataChoice(Map<String, ConfigNode> files) {
    public DataChoice {
        files = Map.copyOf(files);
    }

    /** Reads key {@code data}. */
    public static DataChoice read(ConfigReader root) {
        ConfigReader section = root.sectionOrNull("data");
        Map<String, ConfigNode> files = new HashMap<>();
        if (section != null) {
            for (String task : section.keys()) {
                ConfigNode node = section.node(task);
                if (node != null) {
                    files.put(task, node);
                }
            }
        }
        return new DataChoice(files);
    }

    @Nullable
    ConfigNode of(String task) {
        return files.get(task);
    }
}
