// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation;

import com.google.auto.service.AutoService;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.evaluation.recipe.EleutherEvalFactory;
import java.util.List;

/** Contributes the recipe {@code eleuther_eval}. */
@AutoService(Plugin.class)
public final class EvaluationPlugin implements Plugin {
    @Override
    public String id() {
        return "evaluation";
    }

    @Override
    public List<RecipeFactory> recipes() {
        return List.of(new EleutherEvalFactory());
    }
}
