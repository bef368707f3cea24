// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * The data as a model will read them, for {@code tune data}.
 *
 * @param sets the training data, and the validation data if there are any
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record DataReport(List<Set> sets) {
    public DataReport {
        sets = List.copyOf(sets);
    }

    /**
     * One data set.
     *
     * @param key its config key, e.g. {@code dataset}
     * @param description e.g. {@code 440 records of train.json}
     * @param lengths of the samples
     * @param tokens of all samples
     * @param trainedTokens of them, how many carry loss
     * @param cut samples that are as long as they may be, and so probably lost their end
     * @param untrained samples without a token to learn
     * @param unusable records that do not fit, each with the reason
     * @param changes what of records is not in the samples as it was, in words, each with the number of its samples
     * @param warnings what breaks runs though it looks right
     * @param samples the first ones
     */
    public record Set(
            String key,
            String description,
            Lengths lengths,
            long tokens,
            long trainedTokens,
            int cut,
            long untrained,
            List<String> unusable,
            Map<String, Long> changes,
            List<String> warnings,
            List<Sample> samples) {
        public Set {
            unusable = List.copyOf(unusable);
            changes = Collections.unmodifiableMap(new LinkedHashMap<>(changes));
            warnings = List.copyOf(warnings);
            samples = List.copyOf(samples);
        }
    }

    /** Tokens of the shortest sample, of those that so many percent of the samples do not exceed, and of the longest. */
    public record Lengths(int count, int shortest, int half, int ninety, int ninetyNine, int longest) {}

    /**
     * A sample as the model sees it.
     *
     * @param id where it came from
     */
    public record Sample(String id, List<Token> tokens) {
        public Sample {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * A token.
     *
     * @param text what it says; of a special token, its spelling
     * @param weight how much the model's learning to produce it counts, 0 for not at all
     */
    public record Token(int id, String text, float weight) {}
}
