// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import com.google.auto.service.AutoService;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.export.model.GgufModelFile;
import java.util.List;

/** Brings the recipe {@code quantize}, and GGUF files as base models. */
@AutoService(Plugin.class)
public final class ExportPlugin implements Plugin {
    @Override
    public String id() {
        return "export";
    }

    @Override
    public List<RecipeFactory> recipes() {
        return List.of(new ExportRecipeFactory());
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return List.of(new GgufModelFile.Factory());
    }
}
