// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.io.UserFolders;
import io.tune4j.engine.hub.HubRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files that a data set section names: local ones, or those of a data set of the hub, which are fetched when it is opened. */
interface DataFiles {
    /** The files, downloaded if need be. */
    List<Path> fetch();

    /** Values of {@code source} for local files. */
    Set<String> LOADERS = Set.of("json", "jsonl", "csv", "parquet", "text");

    /** A file of the hub by its address, as its page shows it. */
    Pattern HUB_ADDRESS = Pattern.compile("https://[^/]+/datasets/([^/]+/[^/]+)/(?:resolve|blob|raw)/([^/]+)/(.+)");

    /**
     * Reads the files that a section names; none after recording a problem.
     *
     * @param subset of a data set of the hub, or null
     * @param queried whether a query may name its files itself
     * @param environment says where the hub and the user's cache are
     */
    static DataFiles read(
            ConfigReader options,
            String defaultSource,
            SplitSlice slice,
            @Nullable String subset,
            boolean queried,
            Map<String, String> environment) {
        List<String> names = names(options, slice.name());
        // Who names files and no source means files here, not files of the data set that a builder is named after.
        String source =
                options.string("source", names.isEmpty() ? (queried ? "json" : defaultSource) : loader(names.get(0)));
        if (names.isEmpty() && isFile(source)) {
            return local(options, "source", List.of(source));
        }
        if (!names.isEmpty() && HUB_ADDRESS.matcher(names.get(0)).matches()) {
            return byAddress(options, names, slice.name(), environment);
        }
        if (isRepository(source)) {
            return hub(options, source, names, slice.name(), subset, environment);
        }
        if (!slice.name().equals("train") && !(options.node("data_files") instanceof ConfigNode.Mapping)) {
            options.problem(
                    "split",
                    "local files have the split 'train' alone; name the files of '" + slice.name() + "' in data_files");
        }
        if (!LOADERS.contains(source)) {
            options.problem(
                    "source",
                    "expected json, csv, parquet or text (with data_files), the name of such a file, or a data set of the"
                            + " hub such as yahma/alpaca-cleaned; found '" + source + "'");
        } else if (names.isEmpty() && !queried) {
            options.problem("data_files", "missing; name a .json, .jsonl, .csv, .parquet or .txt file");
        }
        return local(options, "data_files", names);
    }

    private static String loader(String name) {
        return FileKind.of(name).orElse(FileKind.JSON).source();
    }

    private static DataFiles local(ConfigReader options, String key, List<String> names) {
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            List<Path> found = expand(name);
            files.addAll(found);
            if (found.isEmpty()) {
                options.missingFile(
                        key, "no file is like " + path(name).toAbsolutePath() + "; check the pattern and the folder");
            }
        }
        for (Path file : files) {
            if (!Files.exists(file)) {
                options.missingFile(
                        key,
                        "there is no file " + file.toAbsolutePath()
                                + "; put the records there (a .json list, .jsonl lines, .csv, .parquet or .txt), or name"
                                + " another file");
            }
        }
        return () -> files;
    }

    /** The files that a glob stands for, sorted; a name without one stands for itself. */
    private static List<Path> expand(String name) {
        Path whole = path(name);
        int star = name.replaceAll("[*?\\[{]", "*").indexOf('*');
        if (star < 0 || Files.exists(whole)) {
            return List.of(whole);
        }
        int slash = name.lastIndexOf('/', star);
        Path folder = slash < 0 ? Path.of("") : slash == 0 ? Path.of("/") : path(name.substring(0, slash));
        PathMatcher matcher = FileSystems.getDefault()
                .getPathMatcher("glob:" + whole.toAbsolutePath().normalize());
        if (!Files.isDirectory(folder.toAbsolutePath())) {
            return List.of();
        }
        try (Stream<Path> below = Files.walk(folder.toAbsolutePath().normalize())) {
            return below.filter(Files::isRegularFile)
                    .filter(matcher::matches)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DataFiles byAddress(
            ConfigReader options, List<String> names, String split, Map<String, String> environment) {
        List<String> files = new ArrayList<>();
        String repository = "";
        String revision = HubRepository.MAIN;
        for (String name : names) {
            Matcher address = HUB_ADDRESS.matcher(name);
            boolean fits = address.matches() && (repository.isEmpty() || repository.equals(address.group(1)));
            if (!fits) {
                options.problem(
                        "data_files",
                        "'" + name
                                + "' is not a file of the data set that the others are of; write a list of data sets");
                return List::of;
            }
            repository = address.group(1);
            revision = address.group(2);
            files.add(address.group(3).replaceFirst("\\?.*", ""));
        }
        return new HubDataset(repository, revision, files, split, null, environment);
    }

    private static DataFiles hub(
            ConfigReader options,
            String source,
            List<String> names,
            String split,
            @Nullable String subset,
            Map<String, String> environment) {
        String revision = options.string("revision", HubRepository.MAIN);
        options.accept(
                "source",
                "'" + source + "' is downloaded from the hub the first time, to "
                        + HubDataset.folder(environment, source));
        return new HubDataset(source, revision, names, split, subset, environment);
    }

    private static boolean isRepository(String source) {
        return source.matches("[\\w.-]+/[\\w.-]+") && !isFile(source);
    }

    private static boolean isFile(String source) {
        return FileKind.of(source).isPresent() || Files.isRegularFile(path(source));
    }

    private static Path path(String name) {
        return Path.of(UserFolders.expand(name));
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
