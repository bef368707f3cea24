// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.testing.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingDataTest {
    /** A tokenizer with more tokens than the embedding has rows: such as one that ChatML's tokens were added to. */
    @Test
    void aTokenWithoutARowIsRefused() {
        TokenizedSample fits =
                new TokenizedSample("data.json, record 1", new int[] {1, 99}, new boolean[] {false, true});
        TokenizedSample beyond =
                new TokenizedSample("data.json, record 2", new int[] {1, 100}, new boolean[] {false, true});
        TrainingData.of("dataset", Samples.store(List.of(fits)), null, 8, 100, null)
                .close();
        assertThatThrownBy(() -> TrainingData.of("dataset", Samples.store(List.of(fits, beyond)), null, 8, 100, null))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("record data.json, record 2 has token id 100")
                .hasMessageContaining("has 100 rows")
                .hasMessageContaining("tokenizer.path");
    }
}
