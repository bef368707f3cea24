// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.testing.QuietConsole;
import io.tune4j.recipes.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCacheTest {
    @TempDir
    private Path folder;

    private final QuietConsole console = new QuietConsole();

    /** Counts how often it is read. */
    private static final class Counted implements Dataset {
        private final Samples samples;
        private int read;

        Counted(@Nullable String identity, @Nullable TokenizedSample... samples) {
            this.samples = new Samples(Arrays.asList(samples), identity);
        }

        @Override
        public void read(SampleSink sink) {
            read++;
            samples.read(sink);
        }

        @Override
        public @Nullable String identity() {
            return samples.identity();
        }

        @Override
        public String describe() {
            return samples.describe();
        }
    }

    private static TokenizedSample sample(int... tokens) {
        boolean[] trained = new boolean[tokens.length];
        trained[trained.length - 1] = true;
        return new TokenizedSample("x#" + tokens[0], tokens, trained);
    }

    private TokenStore open(Dataset dataset, String options) {
        return new TokenCache(folder, console).open("dataset", dataset, options, "bytes", false);
    }

    private List<Path> stores() throws IOException {
        try (Stream<Path> stores = Files.list(folder)) {
            return stores.toList();
        }
    }

    @Test
    void samplesComeBackAsTheyWere() {
        Random random = new Random(1);
        List<TokenizedSample> samples = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int[] tokens = random.ints(1 + random.nextInt(70), 0, 128_000).toArray();
            float[] weights = new float[tokens.length];
            for (int t = 0; t < weights.length; t++) {
                weights[t] = random.nextInt(2) * (i % 5 == 0 ? random.nextFloat() : 1);
            }
            samples.add(new TokenizedSample("Stück " + "ü".repeat(i % 3) + i, tokens, weights));
        }
        try (TokenStore store = open(new Counted("a", samples.toArray(TokenizedSample[]::new)), "")) {
            assertThat(store).hasSize(300);
            for (int i = 299; i >= 0; i--) {
                TokenizedSample sample = samples.get(i);
                assertThat(store.get(i).id()).isEqualTo(sample.id()).isEqualTo(store.name(i));
                assertThat(store.get(i).tokens()).isEqualTo(sample.tokens());
                assertThat(store.get(i).weights()).isEqualTo(sample.weights());
                assertThat(store.length(i)).isEqualTo(sample.tokens().length);
                assertThat(store.trainedTokens(i)).isEqualTo(sample.trainedTokens());
            }
        }
    }

    @Test
    void changesOfRecordsAreCounted() {
        TokenizedSample whole = new TokenizedSample("x#0", new int[] {5}, new float[] {1});
        TokenizedSample cut = new TokenizedSample("x#1", new int[] {6}, new float[] {1}, List.of("cut", "mended"));
        TokenizedSample mended = new TokenizedSample("x#2", new int[] {7}, new float[] {1}, List.of("mended"));
        for (int run = 0; run < 2; run++) {
            try (TokenStore store = open(new Counted("a", whole, cut, mended), "")) {
                assertThat(store.summary().changes()).isEqualTo(Map.of("cut", 1L, "mended", 2L));
            }
        }
    }

    @Test
    void eachBuildHasTokensOfItsOwn() {
        List<String> names = List.of(
                TokenCache.name("build 1", "options", "tokenizer", "data"),
                TokenCache.name("build 2", "options", "tokenizer", "data"),
                TokenCache.name("build 1", "other", "tokenizer", "data"),
                TokenCache.name("build 1", "options", "other", "data"),
                TokenCache.name("build 1", "options", "tokenizer", "other"));
        assertThat(names).doesNotHaveDuplicates();
        assertThat(TokenCache.name("build 1", "options", "tokenizer", "data")).isEqualTo(names.get(0));
    }

    @Test
    void theSameDataAreTokenizedOnce() throws IOException {
        Counted first = new Counted("a.jsonl 10 bytes", sample(5, 6));
        open(first, "train").close();
        Counted second = new Counted("a.jsonl 10 bytes", sample(5, 6));
        open(second, "train").close();
        assertThat(first.read).isEqualTo(1);
        assertThat(second.read).as("found what the first run made").isZero();
        assertThat(stores()).hasSize(1);
    }

    @Test
    void whateverChangesThemMakesOthers() throws IOException {
        open(new Counted("a.jsonl 10 bytes", sample(5, 6)), "train").close();
        Counted otherFile = new Counted("a.jsonl 11 bytes", sample(5, 6));
        open(otherFile, "train").close();
        Counted otherOptions = new Counted("a.jsonl 10 bytes", sample(5, 6));
        open(otherOptions, "max_seq_len: 9").close();
        Counted otherTokenizer = new Counted("a.jsonl 10 bytes", sample(5, 6));
        new TokenCache(folder, console)
                .open("dataset", otherTokenizer, "train", "words", false)
                .close();
        assertThat(otherFile.read).isEqualTo(1);
        assertThat(otherOptions.read).isEqualTo(1);
        assertThat(otherTokenizer.read).isEqualTo(1);
        assertThat(stores()).hasSize(4);
    }

    @Test
    void brokenFilesAreMadeAnewAndThatIsSaid() throws IOException {
        open(new Counted("a", sample(5, 6), sample(7, 8)), "").close();
        Path tokens = stores().get(0).resolve(StoreFiles.TOKENS);
        byte[] bytes = Files.readAllBytes(tokens);
        Files.write(tokens, Arrays.copyOf(bytes, bytes.length - 1));
        Counted again = new Counted("a", sample(5, 6), sample(7, 8));
        try (TokenStore store = open(again, "")) {
            assertThat(store.get(1).tokens()).containsExactly(7, 8);
        }
        assertThat(again.read).isEqualTo(1);
        assertThat(console.warnings()).singleElement().asString().contains("are broken", "made anew");
    }

    @Test
    void aRecordThatDoesNotFitEndsTheRunAlsoTheNextOne() {
        assertThatThrownBy(() -> open(new Counted("a", sample(5, 6), null), ""))
                .isInstanceOf(DataException.class)
                .hasMessage("record x#1 does not fit");
        TokenCache cache = new TokenCache(folder, console);
        Counted looked = new Counted("a", sample(5, 6), null, sample(7, 8));
        try (TokenStore store = cache.open("dataset", looked, "", "bytes", true)) {
            assertThat(store).hasSize(2);
            assertThat(store.unfit(10)).containsExactly("record x#1 does not fit");
        }
        assertThatThrownBy(() -> open(looked, "")).hasMessage("record x#1 does not fit");
        assertThat(looked.read).as("known from the look at it").isEqualTo(1);
    }

    @Test
    void whatIsNotKnownIsNotKept() throws IOException {
        Counted unknown = new Counted(null, sample(5, 6));
        open(unknown, "").close();
        open(unknown, "").close();
        assertThat(unknown.read).isEqualTo(2);
        assertThat(stores()).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenIsAWarning() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        try (TokenStore store =
                new TokenCache(file, console).open("dataset", new Counted("a", sample(5, 6)), "", "bytes", false)) {
            assertThat(store).hasSize(1);
        }
        assertThat(console.warnings()).singleElement().asString().contains("not kept", "token_cache=off");
    }

    @Test
    void whatNoRunAskedForInAMonthIsRemoved() throws IOException {
        open(new Counted("old", sample(5, 6)), "").close();
        Files.setLastModifiedTime(stores().get(0), FileTime.from(Instant.now().minus(Duration.ofDays(31))));
        open(new Counted("new", sample(7, 8)), "").close();
        assertThat(stores()).hasSize(1);
    }
}
