// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.data.RecordProvider;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.evaluation.task.TaskCatalog.TaskFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The records that a task file names: a data set of the hub, or local files. */
final class TaskData {
    private static final Set<String> LOCAL = Set.of("json", "jsonl", "csv", "parquet", "text");

    private final Components components;
    private final ConfigReader task;
    private final TaskFile file;
    private final String path;
    private final @Nullable String subset;
    private final @Nullable ConfigNode files;
    private final String split;

    /** @param records and examples; examples are null where none are needed, or are drawn from the records */
    record Sources(RecordProvider records, @Nullable RecordProvider examples) {}

    TaskData(Components components, ConfigReader task, String name, TaskFile file, DataChoice choice) {
        this.components = components;
        this.task = task;
        this.file = file;
        ConfigNode chosen = choice.of(name);
        this.subset = task.stringOrNull("dataset_name");
        ConfigReader options = task.sectionOrNull("dataset_kwargs");
        ConfigNode own = null;
        String revision = null;
        if (options != null) {
            own = options.node("data_files");
            options.claim("trust_remote_code");
            options.claim("revision");
            revision = options.stringOrNull("revision");
        }
        if (revision != null) {
            task.problem("dataset_kwargs", "revision is not supported here; leave it out");
        }
        this.path = chosen == null ? task.string("dataset_path") : "json";
        if (chosen != null) {
            task.claim("dataset_path");
        }
        this.files = chosen == null ? own : chosen;
        this.split = task.string("test_split", task.string("validation_split", task.string("training_split", "train")));
    }

    /** The split that is asked about: the test split where there is one, else the validation split. */
    String split() {
        return split;
    }

    /** Null after recording problems. */
    @Nullable
    Sources open(FewShots shots) {
        RecordProvider records = provider(split);
        boolean same = shots.count() == 0 || shots.split().equals(split);
        RecordProvider examples = same ? null : provider(shots.split());
        return records == null ? null : new Sources(records, examples);
    }

    private @Nullable RecordProvider provider(String of) {
        Origin origin = task.origin("dataset_path");
        Map<String, ConfigNode> keys = new LinkedHashMap<>();
        keys.put("_component_", scalar("records", origin));
        List<String> named = files == null ? List.of() : files(files, of);
        boolean local = LOCAL.contains(path) || Files.isRegularFile(resolved(path));
        if (local) {
            // A local file is what its split says that it is.
            List<String> all = named.isEmpty() && !LOCAL.contains(path) ? List.of(path) : named;
            keys.put("data_files", list(all, origin));
        } else {
            keys.put("source", scalar(path, origin));
            keys.put("split", scalar(of, origin));
            if (subset != null) {
                keys.put("name", scalar(subset, origin));
            }
            if (!named.isEmpty()) {
                keys.put("data_files", list(named, origin));
            }
        }
        ConfigReader section = new ConfigReader(new Mapping(keys, origin), task.problems(), new Notices());
        return components.create(RecordProvider.class, section, new ComponentContext(components, null, null));
    }

    private List<String> files(ConfigNode node, String of) {
        if (node instanceof Mapping bySplit) {
            ConfigNode own = bySplit.entries().get(of);
            if (own == null) {
                task.problem("dataset_path", "there are no files for the split '" + of + "'");
                return List.of();
            }
            return files(own, of);
        }
        List<ConfigNode> items = node instanceof Sequence list ? list.items() : List.of(node);
        return items.stream()
                .filter(Scalar.class::isInstance)
                .map(item -> ((Scalar) item).text())
                .map(name -> LOCAL.contains(path) ? resolved(name).toString() : name)
                .toList();
    }

    /** A file beside the task file, or else of the working directory. */
    private Path resolved(String name) {
        Path beside = file.folder() == null ? null : file.folder().resolve(name);
        return beside != null && Files.exists(beside) ? beside : Path.of(name);
    }

    private static Scalar scalar(String text, Origin origin) {
        return new Scalar(text, text, origin);
    }

    private static Sequence list(List<String> names, Origin origin) {
        return new Sequence(
                names.stream().map(name -> (ConfigNode) scalar(name, origin)).toList(), origin);
    }
}
