// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample.SamplePart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RaggedBatchTest {
    @Test
    void weightsGoWithTheirLabels() {
        TokenizedSample first = new TokenizedSample("a", new int[] {5, 6, 7}, new float[] {0, 0.5f, 1});
        TokenizedSample second = new TokenizedSample("b", new int[] {5, 6, 9}, new float[] {0, 0.25f, 0});
        for (double least : new double[] {1, 0}) {
            RaggedBatch batch =
                    RaggedBatch.ofPartsSharing(List.of(SamplePart.whole(first), SamplePart.whole(second)), least);
            assertThat(batch.tokenCount()).isEqualTo(least == 0 ? 4 : 6);
            Map<Long, List<Float>> weights = new HashMap<>();
            for (int i = 0; i < batch.trainedTokens(); i++) {
                weights.computeIfAbsent(batch.labels()[i], label -> new ArrayList<>())
                        .add(batch.weights()[i]);
            }
            assertThat(weights).isEqualTo(Map.of(6L, List.of(0.5f, 0.25f), 7L, List.of(1f)));
            assertThat(batch.totalWeight()).isEqualTo(1.75);
        }
    }

    @Test
    void laysSamplesBehindEachOtherAndPredictsTheNextTrainedToken() {
        TokenizedSample first = new TokenizedSample("a", new int[] {5, 6, 7}, new boolean[] {false, true, true});
        TokenizedSample second = new TokenizedSample("b", new int[] {8, 9}, new boolean[] {true, true});

        RaggedBatch batch = RaggedBatch.of(List.of(first, second));

        assertThat(batch.tokens()).containsExactly(5, 6, 7, 8, 9);
        assertThat(batch.labelledRows()).containsExactly(0, 1, 3);
        assertThat(batch.labels()).containsExactly(6, 7, 9);
        assertThat(batch.layout().positions()).containsExactly(0, 1, 2, 0, 1);
        assertThat(batch.ids()).containsExactly("a", "b");
    }

    @Test
    void labelsKnowTheirSampleAlsoWhereRowsAreShared() {
        boolean[] answer = {false, false, true, true};
        TokenizedSample chosen = new TokenizedSample("chosen", new int[] {1, 2, 3, 4}, answer);
        TokenizedSample other = new TokenizedSample("other", new int[] {7, 8}, new boolean[] {false, true});
        TokenizedSample rejected = new TokenizedSample("rejected", new int[] {1, 2, 3, 5}, answer);
        List<SamplePart> parts = List.of(SamplePart.whole(chosen), SamplePart.whole(other), SamplePart.whole(rejected));
        for (double least : new double[] {1, 0}) {
            RaggedBatch batch = RaggedBatch.ofPartsSharing(parts, least);
            Map<Integer, List<Long>> labels = new TreeMap<>();
            for (int i = 0; i < batch.trainedTokens(); i++) {
                labels.computeIfAbsent(batch.labelSamples()[i], sample -> new ArrayList<>())
                        .add(batch.labels()[i]);
            }
            assertThat(labels).isEqualTo(Map.of(0, List.of(3L, 4L), 1, List.of(8L), 2, List.of(3L, 5L)));
            assertThat(batch.tokenCount()).isEqualTo(least == 0 ? 7 : 10);
        }
    }

    @Test
    void theFirstTokenOfASampleIsNeverALabel() {
        TokenizedSample sample = new TokenizedSample("a", new int[] {5}, new boolean[] {true});

        assertThat(sample.trainedTokens()).isZero();
        assertThat(RaggedBatch.of(List.of(sample)).trainedTokens()).isZero();
    }

    @Test
    void refusesMarksThatDoNotFitTheTokens() {
        assertThatThrownBy(() -> new TokenizedSample("train.json#3", new int[] {1, 2}, new boolean[] {true}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("train.json#3");
    }

    @Test
    void refusesGapsBetweenSequences() {
        assertThatThrownBy(() -> new SequenceLayout(
                        List.of(new SequenceLayout.Sequence(0, 2), new SequenceLayout.Sequence(3, 1))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void layoutsCoverEveryRowOnce(@ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 40) Integer> lengths) {
        SequenceLayout layout = SequenceLayout.ofLengths(
                lengths.stream().mapToInt(Integer::intValue).toArray());

        assertThat(layout.rows())
                .isEqualTo(lengths.stream().mapToInt(Integer::intValue).sum());
        assertThat(layout.longest())
                .isEqualTo(lengths.stream().mapToInt(Integer::intValue).max().orElseThrow());
        long zeroPositions =
                java.util.Arrays.stream(layout.positions()).filter(p -> p == 0).count();
        assertThat(zeroPositions).isEqualTo(lengths.size());
    }
}
