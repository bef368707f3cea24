// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.api.train.PreferenceLoss;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.trainer.TrainerParts;
import java.util.List;

/** Names {@link LoraDpoSingleDevice} and the options that it asks for. */
public final class LoraDpoFactory implements RecipeFactory {
    private static final String NAME = "lora_dpo_single_device";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "trains an adapter on pairs of answers (DPO and others) on one device";
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return LoraDpoSingleDevice.class;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return TrainerParts.options(
                NAME,
                DataSources::readPairs,
                LoraDpoFactory::batching,
                List.of(new RecipeOptions<>(
                        PreferenceLoss.class,
                        config -> config.root().has("loss")
                                ? config.find(PreferenceLoss.class, "loss")
                                : DpoLoss.standard())));
    }

    private static BatchOptions batching(ConfigValues config) {
        PreferenceLoss loss = config.require(PreferenceLoss.class);
        return BatchOptions.readPairs(config, loss == null || !loss.readsMicroBatch());
    }
}
