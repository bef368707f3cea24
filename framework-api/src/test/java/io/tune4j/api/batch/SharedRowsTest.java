// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.batch.SequenceLayout.SharedRows;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SharedRowsTest {
    private static TokenizedSample sample(List<Integer> tokens, boolean trained) {
        boolean[] marks = new boolean[tokens.size()];
        Arrays.fill(marks, trained);
        return new TokenizedSample(
                "x", tokens.stream().mapToInt(Integer::intValue).toArray(), marks);
    }

    @Test
    void whatSamplesBeginWithIsThereOnce() {
        List<SamplePart> parts = List.of(
                SamplePart.whole(sample(List.of(1, 2, 3, 4), true)),
                SamplePart.whole(sample(List.of(9), true)),
                SamplePart.whole(sample(List.of(1, 2, 5), true)));
        RaggedBatch batch = RaggedBatch.ofPartsSharing(parts, 0);
        assertThat(batch.tokens()).containsExactly(1, 2, 3, 4, 5, 9);
        assertThat(batch.layout().positions()).containsExactly(0, 1, 2, 3, 2, 0);
        assertThat(batch.sampleTokens()).isEqualTo(8);
        // Row 0 predicts 2 for two samples, row 1 predicts 3 for one and 5 for the other.
        assertThat(batch.labelledRows()).containsExactly(0, 0, 1, 1, 2);
        assertThat(batch.labels()).containsExactlyInAnyOrder(2, 2, 3, 5, 4);
        assertThat(batch.layout().longest()).isEqualTo(4);
        assertThat(RaggedBatch.ofPartsSharing(parts, 0.3).layout().sharing())
                .as("too little is saved")
                .isNull();
    }

    /** The number of rows is that of the distinct beginnings, and each row of each sample has its token and position. */
    @Property(tries = 300)
    void everySampleFindsItsTokens(
            @ForAll @Size(min = 2, max = 8)
                    List<@Size(min = 1, max = 6) List<@IntRange(min = 0, max = 2) Integer>> all) {
        List<SamplePart> parts = new ArrayList<>();
        Set<List<Integer>> beginnings = new HashSet<>();
        for (List<Integer> tokens : all) {
            parts.add(SamplePart.whole(sample(tokens, true)));
            for (int i = 1; i <= tokens.size(); i++) {
                beginnings.add(tokens.subList(0, i));
            }
        }
        RaggedBatch plain = RaggedBatch.ofParts(parts);
        RaggedBatch shared = RaggedBatch.ofPartsSharing(parts, 0);
        assertThat(shared.tokenCount()).isEqualTo(beginnings.size());
        assertThat(shared.trainedTokens()).isEqualTo(plain.trainedTokens());
        SharedRows sharing = shared.layout().sharing();
        if (sharing == null) {
            assertThat(shared).isEqualTo(plain);
            return;
        }
        long[] rowOf = sharing.rowOf();
        long[] positions = plain.layout().positions();
        for (int place = 0; place < rowOf.length; place++) {
            assertThat(shared.tokens()[(int) rowOf[place]]).isEqualTo(plain.tokens()[place]);
            assertThat(sharing.positions()[(int) rowOf[place]]).isEqualTo(positions[place]);
        }
        for (int row = 0; row < shared.tokenCount(); row++) {
            assertThat(rowOf[(int) sharing.placeOf()[row]]).isEqualTo(row);
        }
        assertThat(sharing.saved()).isEqualTo(plain.tokenCount() - shared.tokenCount());
    }
}
