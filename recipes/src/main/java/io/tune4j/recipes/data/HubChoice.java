// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.error.DataException;
import io.tune4j.engine.hub.FilePatterns;
import io.tune4j.engine.hub.HubFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a data set of the hub are meant: those that the section names, else those that the data set's card has for the
 * split, else those whose names say the split.
 *
 * @param id of the data set
 * @param names of files, or globs; empty for those of the split
 * @param subset the configuration whose files are wanted; null for the usual one
 */
record HubChoice(
        String id,
        List<String> names,
        String split,
        @Nullable String subset) {
    /** The formats in the order of preference, for data sets that have several. */
    private static final List<String> ENDS = List.of(".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt");

    /** Files beside the data of a repository. Names that begin with a dot or two underscores are hidden. */
    private static final Pattern NO_DATA =
            Pattern.compile("(?i)(?:.*/)?(?:(?:\\.|__).*|dataset_infos?\\.json|dataset_dict\\.json"
                    + "|config\\.json|state\\.json|(?:license|licence|requirements|readme)[^/]*\\.txt)");

    /** The wanted files' names. */
    List<String> files(List<HubFile> files, DatasetCard card) {
        List<String> readable = files.stream()
                .map(HubFile::path)
                .filter(path -> ENDS.stream().anyMatch(DataText.unpacked(path)::endsWith))
                .filter(path -> !NO_DATA.matcher(path).matches())
                .toList();
        if (!names.isEmpty()) {
            FilePatterns wanted = new FilePatterns(names, List.of());
            List<String> named = readable.stream().filter(wanted::accepts).toList();
            return orRefused(named, files, "named " + String.join(", ", names));
        }
        Map<String, List<String>> splits = splits(readable, card.choose(subset, id));
        List<String> ofSplit = splits.getOrDefault(split, splits.getOrDefault(SplitNames.meaning(split), List.of()));
        if (ofSplit.isEmpty() && !splits.isEmpty()) {
            throw new DataException("data set '" + id + "' has " + (subset == null ? "" : "for '" + subset + "' ")
                    + "no split '" + split + "'; it has " + String.join(", ", splits.keySet())
                    + ". Set split, or name the wanted files in data_files");
        }
        return orRefused(
                ofSplit, files, "for the split '" + split + "'" + (subset == null ? "" : " of '" + subset + "'"));
    }

    private Map<String, List<String>> splits(List<String> readable, DatasetCard.@Nullable Config config) {
        if (config == null) {
            return byNames(ofSubset(readable), "");
        }
        String folder = config.folder().isEmpty() ? "" : config.folder() + "/";
        if (config.globs() == null) {
            return byNames(readable, folder);
        }
        Map<String, List<String>> splits = new LinkedHashMap<>();
        config.globs().forEach((name, globs) -> {
            List<CardGlob> wanted =
                    globs.stream().map(glob -> new CardGlob(folder, glob)).toList();
            List<String> found = readable.stream()
                    .filter(path -> wanted.stream().anyMatch(glob -> glob.matches(path)))
                    .toList();
            if (!found.isEmpty()) {
                splits.put(name, found);
            }
        });
        return splits;
    }

    /** The splits that names say, of the files in a folder. */
    private static Map<String, List<String>> byNames(List<String> readable, String folder) {
        List<String> within = ofOneKind(readable.stream()
                .filter(path -> path.startsWith(folder))
                .map(path -> path.substring(folder.length()))
                .toList());
        Map<String, List<String>> splits = new LinkedHashMap<>();
        SplitNames.of(within)
                .forEach((name, paths) -> splits.put(
                        name, paths.stream().map(path -> folder + path).toList()));
        return splits;
    }

    private List<String> orRefused(List<String> chosen, List<HubFile> files, String what) {
        if (chosen.isEmpty()) {
            String kinds = files.stream()
                    .map(file -> file.path().replaceFirst(".*(?=\\.)", ""))
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new DataException("data set '" + id + "' has no " + String.join(", ", ENDS) + " file " + what
                    + " (it has "
                    + kinds + "). Convert it once, in Python: datasets.load_dataset('" + id + "', split='" + split
                    + "').to_json('records.jsonl'), and set source=json data_files=records.jsonl");
        }
        return chosen;
    }

    /** Files in the subset's folder, or with its name in theirs, as a word of its own. */
    private List<String> ofSubset(List<String> readable) {
        if (subset == null) {
            return readable;
        }
        Pattern word = Pattern.compile("(?<![A-Za-z0-9])" + Pattern.quote(subset) + "(?![A-Za-z0-9])");
        List<String> inFolder = readable.stream()
                .filter(path -> List.of(path.split("/")).contains(subset))
                .toList();
        return inFolder.isEmpty()
                ? readable.stream().filter(path -> word.matcher(path).find()).toList()
                : inFolder;
    }

    private static List<String> ofOneKind(List<String> readable) {
        return ENDS.stream()
                .map(end -> readable.stream()
                        .filter(path -> DataText.unpacked(path).endsWith(end))
                        .toList())
                .filter(ofIt -> !ofIt.isEmpty())
                .findFirst()
                .orElse(List.of());
    }
}
