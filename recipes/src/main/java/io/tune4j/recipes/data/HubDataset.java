// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.engine.hub.FilePatterns;
import io.tune4j.engine.hub.HubClient;
import io.tune4j.engine.hub.HubClient.Listing;
import io.tune4j.engine.hub.HubDownload;
import io.tune4j.engine.hub.HubProgress;
import io.tune4j.engine.hub.HubRepository;
import io.tune4j.engine.hub.HubRepository.Kind;
import io.tune4j.engine.hub.HubSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A data set of the hub. Its files are kept in a folder of the user's cache; without a connection those of the last time are
 * taken.
 *
 * @param id e.g. {@code yahma/alpaca-cleaned}
 * @param names of its files, or globs; empty for those of the split
 * @param subset the configuration whose files are wanted; null for the usual one
 * @param environment says where the hub and the user's cache are
 */
record HubDataset(
        String id,
        String revision,
        List<String> names,
        String split,
        @Nullable String subset,
        Map<String, String> environment)
        implements DataFiles {
    private static final int CONNECTIONS = 4;
    private static final Duration SHORT_WAIT = Duration.ofMillis(20);

    private static final String CARD = "README.md";

    HubDataset {
        names = List.copyOf(names);
        environment = Map.copyOf(environment);
    }

    /** The folder of its files. */
    static Path folder(Map<String, String> environment, String id) {
        return HubSettings.cache(environment).resolve("datasets").resolve(id.replace("/", "--"));
    }

    @Override
    public List<Path> fetch() {
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
            Function<List<String>, List<Path>> download =
                    paths -> new HubDownload(client, listing, folder, HubProgress.NONE, CONNECTIONS)
                            .run(new FilePatterns(
                                    paths.stream().map(HubDataset::literally).toList(), List.of()));
            DatasetCard card =
                    card(listing, path -> download.apply(List.of(path)).get(0));
            List<String> chosen = new HubChoice(id, names, split, subset).files(listing.files(), card);
            List<Path> files = download.apply(chosen);
            AtomicFiles.writeString(known, String.join("\n", chosen) + "\n");
            return files;
        } catch (ResourceException e) {
            return fetchedBefore(folder, known, e);
        } catch (IOException e) {
            throw new DataException(
                    "cannot read the " + CARD + " of data set '" + id + "' in " + folder + ": " + e.getMessage(), e);
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

    /** The data set's card, or an empty one where the section names the files itself. */
    private DatasetCard card(Listing listing, Function<String, Path> download) throws IOException {
        boolean wanted = names.isEmpty()
                && listing.files().stream().anyMatch(file -> file.path().equals(CARD));
        return wanted ? DatasetCard.read(Files.readString(download.apply(CARD)), id) : DatasetCard.none();
    }

    /** A glob that is this name and nothing else. */
    private static String literally(String name) {
        return name.replaceAll("[\\[*?]", "[$0]");
    }
}
