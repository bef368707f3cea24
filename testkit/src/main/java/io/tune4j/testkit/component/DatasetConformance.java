// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.UserException;
import io.tune4j.testkit.toy.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything that a data set must do. The implementer writes a small one of some records, and says what its section is. */
public abstract class DatasetConformance extends ComponentConformance<DatasetProvider> {
    protected DatasetConformance() {
        super(DatasetProvider.class);
    }

    /** How many samples the written records are; at least 2. */
    protected abstract int samples();

    /** The tokenizer of the records. */
    protected Tokenizer tokenizer() {
        return new ByteTokenizer();
    }

    /** Changes the content of the written records, not their number; does nothing for a data set without files. */
    protected void changeFiles(Path folder) throws IOException {}

    private Dataset dataset() {
        return component().open(tokenizer());
    }

    private static List<TokenizedSample> read(Dataset dataset) {
        List<TokenizedSample> samples = new ArrayList<>();
        dataset.read(samples::add);
        return samples;
    }

    @Test
    final void everySampleIsThereAndWellFormed() {
        List<TokenizedSample> all = read(dataset());
        assertThat(all).hasSize(samples());
        assertThat(samples()).isGreaterThan(1);
        int vocabulary = tokenizer().vocabularySize();
        for (TokenizedSample sample : all) {
            assertThat(sample.id()).isNotBlank();
            assertThat(Arrays.stream(sample.tokens()).boxed())
                    .as(sample.id())
                    .allMatch(token -> token >= 0 && token < vocabulary);
        }
        assertThat(all.stream().mapToInt(TokenizedSample::trainedTokens).sum())
                .as("trained tokens")
                .isPositive();
        assertThat(all.stream().map(TokenizedSample::id))
                .as("ids say which record a sample was")
                .doesNotHaveDuplicates();
    }

    @Test
    final void eachReadBeginsAnew() {
        Dataset dataset = dataset();
        List<TokenizedSample> first = read(dataset);
        assertSame(read(dataset), first);
        assertSame(read(dataset()), first);
    }

    private static void assertSame(List<TokenizedSample> actual, List<TokenizedSample> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).id()).isEqualTo(expected.get(i).id());
            assertThat(actual.get(i).tokens()).isEqualTo(expected.get(i).tokens());
            assertThat(actual.get(i).weights()).isEqualTo(expected.get(i).weights());
        }
    }

    /** A reader may stop in the middle, and the next one begins at the first sample. */
    @Test
    final void aReadThatIsGivenUpSpoilsNothing() {
        Dataset dataset = dataset();
        AtomicInteger seen = new AtomicInteger();
        assertThatThrownBy(() -> dataset.read(sample -> {
                    if (seen.incrementAndGet() == 2) {
                        throw new IllegalStateException("given up");
                    }
                }))
                .hasMessage("given up");
        assertThat(seen).hasValue(2);
        assertThat(read(dataset)).hasSize(samples());
    }

    @Test
    final void itDescribesItself() {
        assertThat(dataset().describe()).isNotBlank().doesNotContain("\n");
    }

    @Test
    final void itsIdentityChangesWithItsContent() throws IOException {
        String identity = dataset().identity();
        assertThat(dataset().identity()).as("of the same records").isEqualTo(identity);
        List<String> before = tokens();
        changeFiles(folder());
        assumeThat(tokens()).as("the records can be changed").isNotEqualTo(before);
        if (identity != null) {
            assertThat(dataset().identity()).as("of changed records").isNotEqualTo(identity);
        }
    }

    private List<String> tokens() {
        return read(dataset()).stream()
                .map(sample -> Arrays.toString(sample.tokens()))
                .toList();
    }

    @Test
    final void filesThatAreMissingAreTheUsersMistake() throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder())) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        assumeThat(files).as("the data set has files").isNotEmpty();
        for (Path file : files) {
            Files.delete(file);
        }
        assertThatThrownBy(() -> read(dataset()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(files.get(0).getFileName().toString());
    }
}
