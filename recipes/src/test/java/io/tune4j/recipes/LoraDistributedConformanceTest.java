// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.recipes.lora.LoraDistributedFactory;

/** With one worker; {@code WorkersDistributionTest} starts several. */
class LoraDistributedConformanceTest extends LoraFinetuneConformanceTest {
    @Override
    protected RecipeFactory recipe() {
        return new LoraDistributedFactory();
    }
}
