// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.recipes.full.FullDistributedFactory;

/** With one worker; {@code WorkersDistributionTest} starts several. */
class FullDistributedConformanceTest extends FullFinetuneConformanceTest {
    @Override
    protected RecipeFactory recipe() {
        return new FullDistributedFactory();
    }
}
