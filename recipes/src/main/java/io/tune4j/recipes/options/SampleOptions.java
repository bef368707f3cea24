// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import java.util.List;

/**
 * Section {@code samples}: records of {@code dataset_val} that are answered before training, at each validation and at the end.
 *
 * @param records {@code records}, counted from 0; empty for none
 * @param maxNewTokens {@code max_new_tokens} of an answer
 */
public record SampleOptions(List<Integer> records, int maxNewTokens) {
    public SampleOptions {
        records = List.copyOf(records);
    }

    public static SampleOptions read(ConfigValues config) {
        ConfigReader section = config.root().sectionOrNull("samples");
        if (section == null) {
            return new SampleOptions(List.of(), 0);
        }
        if (!config.root().has("dataset_val")) {
            config.root().problem("samples", "prompts are taken from dataset_val; add that section");
        }
        List<Double> records = section.numbers("records", List.of(0.0));
        for (double record : records) {
            if (record < 0 || record != Math.rint(record)) {
                section.problem("records", "expected record numbers of dataset_val, from 0, found " + record);
            }
        }
        return new SampleOptions(
                records.stream().map(Double::intValue).toList(), section.integer("max_new_tokens", 40, 1, 4096));
    }
}
