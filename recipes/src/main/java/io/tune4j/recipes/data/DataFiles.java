package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The local files that a data set section names. */
final class DataFiles {
    private static final Set<String> LOADERS = Set.of("json", "jsonl");

    private DataFiles() {}

    /** The files; an empty list after recording a problem. */
    static List<Path> read(ConfigReader options, String defaultSource) {
        String source = options.string("source", defaultSource);
        String split = options.string("split", "train");
        List<String> names = names(options, split);
        if (!split.equals("train") && !(options.node("data_files") instanceof ConfigNode.Mapping)) {
            options.problem(
                    "split",
                    "local files have the split 'train' alone; name the files of '" + split + "' in data_files");
        }
        if (names.isEmpty() && isFile(source)) {
            names = List.of(source);
        }
        if (names.isEmpty()) {
            String what = LOADERS.contains(source)
                    ? "missing; name a .json or .jsonl file"
                    : "'" + source
                            + "' would come from the hub, which is not read from; download it and set source=json"
                            + " data_files=FILE (a .json list or .jsonl lines)";
            options.problem(LOADERS.contains(source) ? "data_files" : "source", what);
        }
        return names.stream().map(DataFiles::path).toList();
    }

    private static boolean isFile(String source) {
        return source.endsWith(".json") || source.endsWith(".jsonl") || Files.isRegularFile(path(source));
    }

    private static Path path(String name) {
        return Path.of(
                name.equals("~") || name.startsWith("~/") ? System.getProperty("user.home") + name.substring(1) : name);
    }

    private static List<String> names(ConfigReader options, String split) {
        ConfigNode node = options.node("data_files");
        if (node instanceof ConfigNode.Mapping) {
            ConfigReader bySplit = options.section("data_files");
            if (!bySplit.keys().contains(split)) {
                options.problem(
                        "data_files",
                        "has no files for the split '" + split + "'" + NearMisses.didYouMean(split, bySplit.keys()));
            }
            bySplit.keys().forEach(bySplit::claim);
            return bySplit.strings(split, List.of());
        }
        return options.strings("data_files", List.of());
    }
}
