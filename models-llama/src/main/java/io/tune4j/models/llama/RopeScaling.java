package io.tune4j.models.llama;

/** Changes of the rotary frequencies for contexts longer than those of the pre-training. */
sealed interface RopeScaling {
    /**
     * How many positions the model has.
     *
     * @param maxPositions {@code max_position_embeddings}
     */
    default int longest(int maxPositions) {
        return maxPositions;
    }

    /** No scaling. */
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
            return (int) Math.max(maxPositions, maxPositions * factor);
        }

        @Override
        public String toString() {
            return "linear with factor " + factor;
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
}
