// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.tokens;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.CodeIdentity;
import io.tune4j.api.io.Settled;
import io.tune4j.api.io.Sha256;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.plugin.ApiVersion;
import io.tune4j.api.recipe.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tokenizes a data set once: its tokens stay in a folder whose name is made of everything that they depend on.
 *
 * @param folder of all stores, or null to keep none for the next run
 * @param console shows the progress of tokenizing
 * @param watch is called for each record and may end the reading by an exception, after which no file remains
 */
public record TokenCache(@Nullable Path folder, Console console, Runnable watch) {
    private static final Duration KEPT = Duration.ofDays(30);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(5);
    private static final int NAME_BYTES = 16;
    private static final String TEMPORARY = "tune4j-tokens";

    /** A cache without a watch. */
    public TokenCache(@Nullable Path folder, Console console) {
        this(folder, console, () -> {});
    }

    /**
     * Finds the tokens or makes them.
     *
     * @param key the config key of the data set, for messages
     * @param options of the data set and the tokenizer, in a form that is equal for equal options
     * @param tokenizer what the tokenizer is made of, or null if that is not known
     * @param lenient whether records that do not fit are only counted, whatever the config says
     * @throws DataException if a record does not fit
     */
    public TokenStore open(String key, Dataset dataset, String options, @Nullable String tokenizer, boolean lenient) {
        String identity = dataset.identity();
        Path root = identity == null || tokenizer == null ? null : writable();
        if (root == null || identity == null || tokenizer == null) {
            return temporary(key, dataset, lenient, new Progress(key, console), watch);
        }
        Path store = root.resolve(name(CodeIdentity.of(TokenCache.class), options, tokenizer, identity));
        TokenStore found = Files.isDirectory(store) ? find(store) : null;
        if (found != null) {
            console.detail(key + ": the tokens are in " + store);
            return checked(found, lenient);
        }
        removeOld(root);
        AtomicFiles.writeDirectory(store, target -> write(dataset, target, lenient, new Progress(key, console), watch));
        try {
            return TokenStore.open(store, () -> {});
        } catch (IOException e) {
            throw new ResourceException(
                    "the tokens just written to " + store + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The folder's name.
     *
     * @param build which code reads the records, as another one may make other tokens of them
     */
    static String name(String build, String options, String tokenizer, String identity) {
        String all = String.join(
                "\0", String.valueOf(StoreSummary.FORMAT), ApiVersion.current(), build, options, tokenizer, identity);
        return Sha256.name(all, NAME_BYTES);
    }

    private @Nullable Path writable() {
        if (folder == null) {
            return null;
        }
        try {
            Files.createDirectories(folder);
            Path ensured = WritableDirectories.ensure(folder, "token_cache");
            Settled settled = Settled.in(ensured, name -> true, name -> false);
            if (!settled.isEmpty()) {
                console.detail("left in the token cache by a run that was killed: " + settled.describe());
            }
            return ensured;
        } catch (IOException | TuneException e) {
            console.warning("the tokens are not kept for the next run: " + e.getMessage()
                    + " (token_cache=off says that this is meant, TUNE4J_CACHE names another folder)");
            return null;
        }
    }

    private @Nullable TokenStore find(Path store) {
        try {
            TokenStore found = TokenStore.open(store, () -> {});
            Files.setLastModifiedTime(store, FileTime.from(Instant.now()));
            return found;
        } catch (IOException e) {
            console.warning("the tokens in " + store + " are broken (" + e.getMessage() + ") and are made anew");
            return null;
        }
    }

    private static TokenStore checked(TokenStore store, boolean lenient) {
        String unfit = store.summary().firstUnfit();
        if (unfit == null || lenient) {
            return store;
        }
        store.close();
        throw new DataException(unfit);
    }

    /**
     * Tokens for this process alone, in the folder for temporary files until they are closed.
     *
     * @param progress gets the number of samples from time to time
     */
    public static TokenStore temporary(String key, Dataset dataset, boolean lenient, LongConsumer progress) {
        return temporary(key, dataset, lenient, progress, () -> {});
    }

    private static TokenStore temporary(
            String key, Dataset dataset, boolean lenient, LongConsumer progress, Runnable watch) {
        Path made = null;
        try {
            Path like = UserFolders.temporary().resolve(TEMPORARY);
            Settled.in(Objects.requireNonNull(like.toAbsolutePath().getParent()), TEMPORARY::equals, name -> false);
            Path target = AtomicFiles.reserveTemporary(like.toAbsolutePath());
            made = target;
            createPrivate(target);
            write(dataset, target, lenient, progress, watch);
            TokenStore store = TokenStore.open(target, () -> AtomicFiles.deleteTemporary(target));
            made = null;
            return store;
        } catch (IOException e) {
            throw new ResourceException(
                    "the tokens of " + key + " cannot be written to " + (made == null ? "java.io.tmpdir" : made) + ": "
                            + e.getMessage() + "; free space there, or name another folder with -Djava.io.tmpdir in"
                            + " TUNE4J_OPTS",
                    e);
        } finally {
            if (made != null) {
                AtomicFiles.deleteTemporary(made);
            }
        }
    }

    /** The folder for temporary files is everybody's, what is in the data is not. */
    private static void createPrivate(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(directory);
        }
    }

    private static void write(Dataset dataset, Path target, boolean lenient, LongConsumer progress, Runnable watch)
            throws IOException {
        try (TokenStoreWriter writer = new TokenStoreWriter(target, progress)) {
            dataset.read(lenient ? writer : strict(writer, watch));
            writer.finish(dataset.describe());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Ends the reading at the first record that does not fit and is not to be skipped, or when the watch does. */
    private static SampleSink strict(TokenStoreWriter writer, Runnable watch) {
        return new SampleSink() {
            @Override
            public void sample(TokenizedSample sample) {
                watch.run();
                writer.sample(sample);
            }

            @Override
            public void unfit(DataException reason, boolean skips) {
                watch.run();
                if (!skips) {
                    throw reason;
                }
                writer.unfit(reason, true);
            }
        };
    }

    /** Says now and then how far it is. */
    private static final class Progress implements LongConsumer {
        private final String key;
        private final Console console;
        private Instant last = Instant.now();

        Progress(String key, Console console) {
            this.key = key;
            this.console = console;
        }

        @Override
        public void accept(long samples) {
            Instant now = Instant.now();
            if (Duration.between(last, now).compareTo(BETWEEN_REPORTS) >= 0) {
                last = now;
                console.line("tokenizing " + key + ": " + samples + " records so far");
            }
        }
    }

    /** Deletes stores that no run used for a month. */
    private static void removeOld(Path root) {
        Instant before = Instant.now().minus(KEPT);
        try (var stores = Files.list(root)) {
            for (Path store : stores.filter(Files::isDirectory)
                    // A hidden one is being written, or is settled by those who know by whom.
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .toList()) {
                if (Files.getLastModifiedTime(store).toInstant().isBefore(before)) {
                    AtomicFiles.deleteDirectory(store);
                }
            }
        } catch (IOException e) {
            throw new UserException("cannot look into the token cache " + root + ": " + e.getMessage(), e);
        }
    }
}
