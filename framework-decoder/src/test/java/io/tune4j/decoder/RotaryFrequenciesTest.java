// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RotaryFrequenciesTest {
    private static void assertFrequencies(Rotary rotary, int longest, double... expected) {
        float[] actual = RotaryFrequencies.of(rotary, longest);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i] / expected[i]).as("frequency %s", i).isCloseTo(1, within(1e-6));
        }
    }

    /** Of the reference values for rope_scaling llama3, factor 8. */
    @Test
    void llama3EqualsTransformers() {
        assertFrequencies(
                new Rotary(500_000, 16, new RopeScaling.Llama3(8, 1, 4, 64)),
                64,
                1.0,
                0.079403013,
                0.00470075384,
                0.000911583134,
                0.000176776681,
                3.42810235e-05,
                6.64786967e-06,
                1.28917316e-06);
    }

    @Test
    void linearFrequenciesAreDivided() {
        double[] expected = new double[8];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Math.pow(10_000, -2 * i / 16.0) / 4;
        }
        assertFrequencies(new Rotary(10_000, 16, new RopeScaling.Linear(4)), 1, expected);
    }

    /** By transformers 5.24 ({@code modeling_rope_utils.py}), as all that follow. */
    @Test
    void dynamicFrequenciesFollowTheLongestSequence() {
        Rotary rotary = new Rotary(10_000, 16, new RopeScaling.Dynamic(4, 64));
        assertFrequencies(
                rotary,
                64,
                1.0,
                0.316227764,
                0.100000001,
                0.0316227786,
                0.00999999978,
                0.00316227786,
                0.00100000005,
                0.000316227786);
        assertFrequencies(
                rotary,
                100,
                1.0,
                0.267223001,
                0.0714081228,
                0.0190818924,
                0.00509912008,
                0.00136260199,
                0.000364118576,
                9.730085e-05);
        assertThat(RotaryFrequencies.of(rotary, 9)).isEqualTo(RotaryFrequencies.of(rotary, 64));
    }

    private static Rotary yarn(String more) throws IOException {
        return read("{\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 64" + more + "}");
    }

    /** Heads of 16 and 256 positions. */
    private static Rotary read(String scaling) throws IOException {
        List<String> problems = new ArrayList<>();
        String config = "{\"rope_theta\": 10000.0, \"rope_scaling\": " + scaling + "}";
        Rotary rotary = RopeKeys.of(new JsonKeys(new ObjectMapper().readTree(config), "", problems::add))
                .rotary(16, 256, 1);
        assertThat(problems).isEmpty();
        return rotary;
    }

    @Test
    void yarnEqualsTransformers() throws IOException {
        Rotary rotary = yarn("");
        assertFrequencies(
                rotary,
                1,
                1.0,
                0.237170815,
                0.049999997,
                0.00790569466,
                0.00249999994,
                0.000790569466,
                0.000250000012,
                7.90569466e-05);
        assertThat(rotary.scaling().attentionFactor()).isCloseTo(1.138629436111989, within(1e-12));
        Rotary other = yarn(", \"mscale\": 0.7, \"mscale_all_dim\": 1.2, \"truncate\": false");
        assertFrequencies(
                other,
                1,
                1.0,
                0.198583528,
                0.0255952496,
                0.00790569466,
                0.00249999994,
                0.000790569466,
                0.000250000012,
                7.90569466e-05);
        assertThat(other.scaling().attentionFactor()).isCloseTo(0.9405715251010841, within(1e-12));
    }

    @Test
    void longRopeHasTwoSetsOfFactors() throws IOException {
        Rotary rotary = read("{\"type\": \"longrope\", \"original_max_position_embeddings\": 64,"
                + "\"long_factor\": [1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0],"
                + "\"short_factor\": [1.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6]}");
        assertFrequencies(
                rotary,
                64,
                1.0,
                0.316227764,
                0.0909090936,
                0.0263523124,
                0.0076923077,
                0.00225876993,
                0.00066666666,
                0.000197642366);
        assertFrequencies(
                rotary,
                65,
                1.0,
                0.210818499,
                0.0500000007,
                0.010540925,
                0.00200000009,
                0.000395284733,
                7.69230755e-05,
                1.50584656e-05);
        assertThat(rotary.scaling().attentionFactor()).isCloseTo(1.1547005383792517, within(1e-12));
    }
}
