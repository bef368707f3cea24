// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.tune4j.testkit.faults.FaultyMethods;
import io.tune4j.testkit.faults.FaultyModels;
import io.tune4j.testkit.faults.FaultyRecipes;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults planted in model families, PEFT methods and recipes, each of which the kit must find; without one it passes. */
class FaultyPluginsSlowTest {
    static Stream<Arguments> faults() {
        return Stream.of(
                        FaultyModels.all()
                                .map(fault -> arguments("model: " + fault, FaultyModels.Subject.class, fault)),
                        FaultyMethods.all()
                                .map(fault -> arguments("method: " + fault, FaultyMethods.Subject.class, fault)),
                        FaultyRecipes.all()
                                .map(fault -> arguments("recipe: " + fault, FaultyRecipes.Subject.class, fault)))
                .flatMap(each -> each);
    }

    private static Arguments arguments(String name, Class<?> subject, Supplier<String> plant) {
        return Arguments.of(Named.of(name, plant), subject);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void theKitFindsIt(Supplier<String> plant, Class<?> subject) {
        String expected = plant.get();
        assertThat(Runs.failuresUntil(expected, selectClass(subject)))
                .anyMatch(failure -> failure.startsWith(expected));
    }

    @Test
    void withoutAFaultEverythingPasses() {
        FaultyModels.repair();
        FaultyMethods.repair();
        FaultyRecipes.repair();
        assertThat(Runs.failures(
                        selectClass(FaultyModels.Subject.class),
                        selectClass(FaultyMethods.Subject.class),
                        selectClass(FaultyRecipes.Subject.class)))
                .isEmpty();
    }
}
