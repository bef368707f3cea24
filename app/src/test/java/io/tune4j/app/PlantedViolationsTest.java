// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Each rule sees a class that breaks it; such classes are in {@code planted}. */
class PlantedViolationsTest {
    private static final String ROOT = "io.tune4j.app.planted";
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(ROOT);
    private static final ArchitectureRules RULES = new ArchitectureRules(ROOT);

    private static void assertBroken(ArchRule rule, String... named) {
        assertThatThrownBy(() -> rule.check(PLANTED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(named);
    }

    @Test
    void aCycleThroughARootPackage() {
        assertBroken(
                RULES.packagesHaveNoCycles(), "Cycle detected", "app.planted.app.Root", "app.planted.app.cli.Child");
    }

    @Test
    void theApiWithTheEngine() {
        assertBroken(RULES.theApiKnowsNoImplementation(), "planted.api.LeakyApi", "planted.engine.Machine");
    }

    @Test
    void aPromiseWithAnInternalType() {
        assertBroken(RULES.noPromiseMentionsAnInternalType(), "planted.api.LeakyPromise.part()", "planted.api.Part");
    }

    @Test
    void theEngineWithAPlugin() {
        assertBroken(RULES.theEngineKnowsTheApiAlone(), "planted.engine.Machine", "planted.models.ForeignModel");
    }

    @Test
    void theApplicationWithAPlugin() {
        assertBroken(RULES.theApplicationKnowsNoPlugin(), "planted.app.Root", "planted.models.ForeignModel");
    }

    @Test
    void aPluginWithAnotherAndWithTheEngine() {
        assertThat(RULES.pluginsKnowTheApiAndNotEachOther())
                .filteredOn(rule -> rule.getDescription()
                        .startsWith("no classes that reside in any package ['" + ROOT + ".peft..']"))
                .singleElement()
                .satisfies(rule -> assertBroken(rule, "planted.models.ForeignModel", "planted.engine.Machine"));
    }

    @Test
    void aPluginThatReadsTheEnvironment() {
        assertBroken(
                RULES.pluginsDoNotReadTheEnvironment(),
                "ReadingRecipe.home()",
                "ReadingRecipe.property()",
                "ReadingRecipe.flag()");
    }
}
