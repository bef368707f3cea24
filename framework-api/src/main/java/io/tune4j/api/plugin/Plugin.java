// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftMethod.PeftVariant;
import io.tune4j.api.recipe.RecipeFactory;
import java.util.List;
import org.apiguardian.api.API;

/**
 * The contributions of a jar, found by {@link java.util.ServiceLoader}. Implementations are annotated
 * {@code @AutoService(Plugin.class)} and named in {@code provides} of their module-info. Making a plugin and listing
 * its contributions must be cheap: no native library, no file, no network.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Plugin {
    /** Unique, lower case, e.g. {@code backend-djl}; the ids of the bundled plugins are reserved. */
    String id();

    /** Backends, chosen by {@code backend:}. */
    default List<BackendFactory> backends() {
        return List.of();
    }

    /** Model families, whose builders are chosen by {@code model._component_}. */
    default List<ModelFamily> models() {
        return List.of();
    }

    /** PEFT methods, which compose with every builder as {@code <method>_<builder>}. */
    default List<PeftMethod> peftMethods() {
        return List.of();
    }

    /** PEFT methods over quantized base weights, named as methods are. */
    default List<PeftVariant> peftVariants() {
        return List.of();
    }

    /** Recipes, chosen by {@code tune run <recipe>}. */
    default List<RecipeFactory> recipes() {
        return List.of();
    }

    /** Everything else that a config names with {@code _component_}: tokenizers, datasets, optimizers and so on. */
    default List<ComponentFactory<?>> components() {
        return List.of();
    }

    /** Names that other trainers give to components; for those that exist here, the factories' aliases suffice. */
    default List<ForeignName> foreignNames() {
        return List.of();
    }
}
