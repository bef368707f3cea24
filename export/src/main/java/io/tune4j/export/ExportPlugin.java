// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import com.google.auto.service.AutoService;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import java.util.List;

/** Brings the recipe {@code quantize}. */
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
}
