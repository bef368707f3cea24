package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.hub.HubRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The files that a data set section names: local ones, or those of a data set of the hub, which are fetched when it is opened. */
interface DataFiles {
    /** The files, downloaded if need be. */
    List<Path> fetch();

    /** What a section names; no file after recording a problem. */
    static DataFiles read(ConfigReader options, String defaultSource) {
        String split = options.string("split", "train");
        List<String> names = names(options, split);
        // Who names files and no source means files here, not files of the data set that a builder is named after.
        String source = options.string("source", names.isEmpty() ? defaultSource : "json");
        if (names.isEmpty() && isFile(source)) {
            return local(options, "source", List.of(source));
        }
        if (isRepository(source)) {
            return hub(options, source, names, split);
        }
        if (!split.equals("train") && !(options.node("data_files") instanceof ConfigNode.Mapping)) {
            options.problem(
                    "split",
                    "local files have the split 'train' alone; name the files of '" + split + "' in data_files");
        }
        if (!LOADERS.contains(source)) {
            options.problem(
                    "source",
                    "expected json (with data_files), the name of a .json or .jsonl file, or a data set of the hub such as"
                            + " yahma/alpaca-cleaned; found '" + source + "'");
        } else if (names.isEmpty()) {
            options.problem("data_files", "missing; name a .json or .jsonl file");
        }
        return local(options, "data_files", names);
    }

    /** What {@code source} may say of local files. */
    Set<String> LOADERS = Set.of("json", "jsonl");

    private static DataFiles local(ConfigReader options, String key, List<String> names) {
        List<Path> files = names.stream().map(DataFiles::path).toList();
        for (Path file : files) {
            if (!Files.exists(file)) {
                options.missingFile(
                        key,
                        "there is no file " + file.toAbsolutePath()
                                + "; put the records there (a .json list or .jsonl lines), or name another file");
            }
        }
        return () -> files;
    }

    private static DataFiles hub(ConfigReader options, String source, List<String> names, String split) {
        if (!split.matches("\\w+")) {
            options.problem("split", "expected a split's name, such as train; found '" + split + "'");
        }
        String revision = options.string("revision", HubRepository.MAIN);
        options.accept(
                "source",
                "'" + source + "' is downloaded from the hub the first time, to "
                        + HubDataset.folder(System.getenv(), source));
        return new HubDataset(source, revision, names, split);
    }

    private static boolean isRepository(String source) {
        return source.matches("[\\w.-]+/[\\w.-]+") && !isFile(source);
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
