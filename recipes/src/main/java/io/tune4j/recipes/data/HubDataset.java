package io.tune4j.recipes.data;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.hub.FilePatterns;
import io.tune4j.api.hub.HubClient;
import io.tune4j.api.hub.HubClient.Listing;
import io.tune4j.api.hub.HubDownload;
import io.tune4j.api.hub.HubFile;
import io.tune4j.api.hub.HubProgress;
import io.tune4j.api.hub.HubRepository;
import io.tune4j.api.hub.HubRepository.Kind;
import io.tune4j.api.hub.HubSettings;
import io.tune4j.api.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A data set of the hub. Its files are kept in a folder of the user's cache; without a connection those of the last time are
 * taken.
 *
 * @param id e.g. {@code yahma/alpaca-cleaned}
 * @param names of its files, or globs; empty for those of the split
 * @param subset whose files are wanted, those in a folder of that name; null for all
 */
record HubDataset(
        String id,
        String revision,
        List<String> names,
        String split,
        @Nullable String subset) implements DataFiles {
    private static final int CONNECTIONS = 4;
    private static final Duration SHORT_WAIT = Duration.ofMillis(20);
    /** Of a file's copies in several formats, the first of these is taken. */
    private static final List<String> ENDS = List.of(".parquet", ".jsonl", ".json", ".csv", ".tsv", ".txt");

    private static final Set<String> SPLITS = Set.of("train", "test", "validation", "valid", "dev", "val", "eval");

    HubDataset {
        names = List.copyOf(names);
    }

    /** Where its files are kept. */
    static Path folder(Map<String, String> environment, String id) {
        return HubSettings.cache(environment).resolve("datasets").resolve(id.replace("/", "--"));
    }

    @Override
    public List<Path> fetch() {
        Map<String, String> environment = System.getenv();
        Path folder = folder(environment, id).resolve(revision.replaceAll("[^\\w.-]", "_"));
        Path known =
                folder.resolve("files-of-" + split + "-" + Integer.toHexString(Objects.hash(names, subset)) + ".txt");
        try {
            HubSettings settings = HubSettings.of(environment, null);
            // Who works without a connection does not want to wait for one.
            HubClient client = new HubClient(
                    Files.exists(known) ? settings.withTimes(SHORT_WAIT, settings.idleLimit()) : settings,
                    HubProgress.NONE);
            Listing listing = client.list(new HubRepository(Kind.DATASET, id, revision));
            List<String> chosen = choose(listing.files());
            List<Path> files = new HubDownload(client, listing, folder, HubProgress.NONE, CONNECTIONS)
                    .run(new FilePatterns(
                            chosen.stream().map(HubDataset::literally).toList(), List.of()));
            AtomicFiles.writeString(known, String.join("\n", chosen) + "\n");
            return files;
        } catch (ResourceException e) {
            return fetchedBefore(folder, known, e);
        }
    }

    private static List<Path> fetchedBefore(Path folder, Path known, ResourceException unreachable) {
        try {
            if (!Files.exists(known)) {
                throw unreachable;
            }
            List<Path> files =
                    Files.readAllLines(known).stream().map(folder::resolve).toList();
            if (files.stream().allMatch(Files::exists)) {
                return files;
            }
        } catch (IOException e) {
            unreachable.addSuppressed(e);
        }
        throw unreachable;
    }

    /** The wanted files' names. */
    List<String> choose(List<HubFile> files) {
        List<String> readable = files.stream()
                .map(HubFile::path)
                .filter(path -> ENDS.stream().anyMatch(path::endsWith))
                .filter(path -> !path.endsWith("dataset_infos.json") && !path.startsWith("."))
                .filter(path -> !path.matches("(?i)(.*/)?(license|licence|requirements|readme)[^/]*\\.txt"))
                .toList();
        List<String> chosen = names.isEmpty() ? ofOneKind(ofSplit(ofSubset(readable))) : named(readable);
        if (chosen.isEmpty()) {
            String kinds = files.stream()
                    .map(file -> file.path().replaceFirst(".*(?=\\.)", ""))
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new DataException("data set '" + id + "' has no " + String.join(", ", ENDS) + " file "
                    + (names.isEmpty()
                            ? "for the split '" + split + "'" + (subset == null ? "" : " of '" + subset + "'")
                            : "named " + String.join(", ", names))
                    + " (it has " + kinds + "). Convert it once, in Python: datasets.load_dataset('" + id
                    + "', split='" + split
                    + "').to_json('records.jsonl'), and set source=json data_files=records.jsonl");
        }
        return chosen;
    }

    /** Files in the subset's folder, or with its name in theirs. */
    private List<String> ofSubset(List<String> readable) {
        if (subset == null) {
            return readable;
        }
        return readable.stream()
                .filter(path -> List.of(path.split("/")).contains(subset) || path.contains(subset))
                .toList();
    }

    private static List<String> ofOneKind(List<String> readable) {
        return ENDS.stream()
                .map(end -> readable.stream().filter(path -> path.endsWith(end)).toList())
                .filter(ofIt -> !ofIt.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private List<String> named(List<String> readable) {
        FilePatterns wanted = new FilePatterns(names, List.of());
        return readable.stream().filter(wanted::accepts).toList();
    }

    /** Files whose name says the split; where no name says any, all of them are the split train. */
    private List<String> ofSplit(List<String> readable) {
        List<String> ofIt = readable.stream().filter(path -> says(path, split)).toList();
        boolean anySplit = readable.stream().anyMatch(path -> SPLITS.stream().anyMatch(each -> says(path, each)));
        return ofIt.isEmpty() && !anySplit && split.equals("train") ? readable : ofIt;
    }

    private static boolean says(String path, String split) {
        return List.of(path.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")).contains(split);
    }

    /** A glob that is this name and nothing else. */
    private static String literally(String name) {
        return name.replaceAll("[\\[*?]", "[$0]");
    }
}
