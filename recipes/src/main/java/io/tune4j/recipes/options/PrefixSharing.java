// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.peft.PeftPlan;
import java.util.Locale;

/**
 * {@code share_prefixes}: when what a micro-batch's samples begin with in common is computed once. {@code auto} does where that saves at
 * least 5 % of its tokens and nothing draws random numbers for each of them, {@code True} wherever it saves any.
 */
public enum PrefixSharing {
    AUTO,
    TRUE,
    FALSE;

    static final String KEY = "share_prefixes";

    /** Below this, laying rows out for attention costs what is saved. */
    private static final double WORTH_IT = 0.05;

    private static final double NEVER = 1;

    static PrefixSharing read(ConfigReader root) {
        String word = root.string(KEY, "auto").toLowerCase(Locale.ROOT);
        return switch (word) {
            case "auto" -> AUTO;
            case "true" -> TRUE;
            case "false" -> FALSE;
            default -> {
                root.problem(KEY, "expected auto, True or False, found '" + word + "'");
                yield AUTO;
            }
        };
    }

    /**
     * The share of a micro-batch's tokens that must be saved.
     *
     * @throws UserException if the model does not support the requested sharing
     */
    public double least(CausalLanguageModel model, PeftPlan plan) {
        if (this == TRUE && !model.sharesRows()) {
            throw new UserException(
                    KEY + "=True, but this model does not compute samples that share rows; set it to auto");
        }
        boolean possible = model.sharesRows() && (this == TRUE || !plan.drawsPerRow());
        return this == FALSE || !possible ? NEVER : this == TRUE ? 0 : WORTH_IT;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
