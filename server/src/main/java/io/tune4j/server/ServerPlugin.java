// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server;

import com.google.auto.service.AutoService;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.server.recipe.ServeFactory;
import java.util.List;

/** Contributes the recipe {@code serve}. */
@AutoService(Plugin.class)
public final class ServerPlugin implements Plugin {
    @Override
    public String id() {
        return "server";
    }

    @Override
    public List<RecipeFactory> recipes() {
        return List.of(new ServeFactory());
    }
}
