// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import com.google.auto.service.AutoService;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.recipes.checkpoint.HfCheckpointerFactory;
import io.tune4j.recipes.checkpoint.MetaCheckpointerFactory;
import io.tune4j.recipes.data.DatasetComponents;
import io.tune4j.recipes.data.RecordComponents;
import io.tune4j.recipes.distillation.DistillationFactory;
import io.tune4j.recipes.full.FullDistributedFactory;
import io.tune4j.recipes.full.FullFinetuneFactory;
import io.tune4j.recipes.generate.GenerateFactory;
import io.tune4j.recipes.lora.LoraDistributedFactory;
import io.tune4j.recipes.lora.LoraFinetuneFactory;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.metrics.DiskLoggerFactory;
import io.tune4j.recipes.metrics.ServiceLoggerFactory;
import io.tune4j.recipes.metrics.StdoutLoggerFactory;
import io.tune4j.recipes.metrics.TensorBoardLoggerFactory;
import io.tune4j.recipes.metrics.mlflow.MlflowLoggerFactory;
import io.tune4j.recipes.optimizer.Optimizers;
import io.tune4j.recipes.preference.LoraDpoFactory;
import io.tune4j.recipes.preference.PreferenceLosses;
import io.tune4j.recipes.schedule.ScheduleFactory;
import io.tune4j.recipes.torchtune.TorchtuneNames;
import java.util.ArrayList;
import java.util.List;

/** The recipes and the components that they share. */
@AutoService(Plugin.class)
public final class RecipesPlugin implements Plugin {
    @Override
    public String id() {
        return "recipes";
    }

    @Override
    public List<RecipeFactory> recipes() {
        return List.of(
                new LoraFinetuneFactory(),
                new FullFinetuneFactory(),
                new GenerateFactory(),
                new LoraDpoFactory(),
                new DistillationFactory(),
                new LoraDistributedFactory(),
                new FullDistributedFactory());
    }

    @Override
    public List<ComponentFactory<?>> components() {
        List<ComponentFactory<?>> components = new ArrayList<>(List.of(
                new CrossEntropyFactory(),
                new HfCheckpointerFactory(),
                new MetaCheckpointerFactory(),
                new RecordComponents(),
                new DiskLoggerFactory(),
                new StdoutLoggerFactory(),
                new TensorBoardLoggerFactory()));
        components.addAll(ServiceLoggerFactory.all());
        components.add(new MlflowLoggerFactory());
        components.addAll(Optimizers.all());
        components.addAll(ScheduleFactory.all());
        components.addAll(DatasetComponents.all());
        components.addAll(PreferenceLosses.all());
        return List.copyOf(components);
    }

    @Override
    public List<ForeignName> foreignNames() {
        return TorchtuneNames.all();
    }
}
