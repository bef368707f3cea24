// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import java.util.List;
import org.apiguardian.api.API;

/** How the rotary frequencies are changed for longer contexts than the model was first trained on. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface RopeScaling {
    /**
     * How many positions the model has.
     *
     * @param maxPositions {@code max_position_embeddings}
     */
    default int longest(int maxPositions) {
        return maxPositions;
    }

    /** Factor of cosines and sines, by which queries and keys grow with them. */
    default double attentionFactor() {
        return 1;
    }

    /** Whether the angles of all positions change when a sequence becomes longer. */
    default boolean dependsOnLength() {
        return false;
    }

    private static int times(int positions, double factor) {
        return (int) Math.min(Integer.MAX_VALUE, positions * factor);
    }

    /** Not at all. */
    record None() implements RopeScaling {
        @Override
        public String toString() {
            return "none";
        }
    }

    /**
     * Every position is divided by one factor (Chen et al. 2023, "position interpolation").
     *
     * @param factor 4 for a model that reads four times as many tokens as before
     */
    record Linear(double factor) implements RopeScaling {
        /** {@code max_position_embeddings} stays that of the first training: 4096 with factor 4 is 16384 tokens. */
        @Override
        public int longest(int maxPositions) {
            return Math.max(maxPositions, times(maxPositions, factor));
        }

        @Override
        public String toString() {
            return "linear with factor " + factor;
        }
    }

    /**
     * The base grows with the longest sequence of a batch once that has more than {@code maxPositions} tokens (dynamic NTK
     * scaling, {@code modeling_rope_utils.py} of transformers).
     *
     * @param factor by which the base grows with the length
     * @param maxPositions {@code max_position_embeddings}
     */
    record Dynamic(double factor, int maxPositions) implements RopeScaling {
        @Override
        public int longest(int positions) {
            return Math.max(positions, times(positions, factor));
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }

        @Override
        public String toString() {
            return "dynamic with factor " + factor + " beyond " + maxPositions + " positions";
        }
    }

    /**
     * Llama 3.1's: long wavelengths are stretched, short ones stay, and those between are blended.
     *
     * @param factor how far long wavelengths are stretched
     * @param lowFrequencyFactor wavelengths above {@code originalMaxPositions / lowFrequencyFactor} are long
     * @param highFrequencyFactor wavelengths below {@code originalMaxPositions / highFrequencyFactor} are short
     * @param originalMaxPositions the context length of the first training
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalMaxPositions)
            implements RopeScaling {
        @Override
        public String toString() {
            return "llama3 with factor " + factor + ", low_freq_factor " + lowFrequencyFactor + ", high_freq_factor "
                    + highFrequencyFactor + ", original_max_position_embeddings " + originalMaxPositions;
        }
    }

    /**
     * Dimensions that turn often within the first context stay, those that turn seldom are stretched, and a ramp lies between
     * (Peng et al. 2023, section 3).
     *
     * @param factor how far slow dimensions are stretched
     * @param originalMaxPositions the context length of the first training
     * @param attentionFactor factor of cosines and sines
     * @param fastTurns a dimension with more turns within the first context stays
     * @param slowTurns one with fewer is stretched
     * @param truncate whether the ramp begins and ends at whole dimensions
     */
    record Yarn(
            double factor,
            int originalMaxPositions,
            double attentionFactor,
            double fastTurns,
            double slowTurns,
            boolean truncate)
            implements RopeScaling {
        @Override
        public int longest(int maxPositions) {
            return Math.max(maxPositions, times(originalMaxPositions, factor));
        }

        @Override
        public String toString() {
            return "yarn with factor " + factor + ", original_max_position_embeddings " + originalMaxPositions
                    + ", attention_factor " + attentionFactor;
        }
    }

    /**
     * A divisor for each frequency, of two sets: one for batches whose longest sequence has at most {@code originalMaxPositions}
     * tokens, one for others (Ding et al. 2024, "LongRoPE").
     *
     * @param shortFactors {@code short_factor}, one for each pair of dimensions
     * @param longFactors {@code long_factor}
     * @param originalMaxPositions the context length of the first training
     * @param attentionFactor factor of cosines and sines
     */
    record LongRope(
            List<Double> shortFactors, List<Double> longFactors, int originalMaxPositions, double attentionFactor)
            implements RopeScaling {
        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }

        @Override
        public String toString() {
            return "longrope beyond " + originalMaxPositions + " positions with factors " + longFactors
                    + ", up to there " + shortFactors;
        }
    }
}
