// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.testkit.Runs;
import io.tune4j.testkit.backend.BackendBreaches;
import io.tune4j.testkit.faults.FaultyMethods;
import io.tune4j.testkit.faults.FaultyModels;
import io.tune4j.testkit.faults.FaultyRecipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;

/**
 * Each promise of the API that the kit tests is broken by a mutant, and the kit's test must fail. docs/reference/promises.md is the table
 * of these breaches; to write it again, run this with {@code -Dsurefire.jvm.args=-Dtune4j.docs.update=true}.
 */
class PromisesSlowTest {
    private static final Path DOCUMENT = Path.of("../docs/reference/promises.md");
    private static final String MARK = "<!-- table promises: written by PromisesSlowTest -->\n";

    static Stream<Breach> breaches() {
        return Stream.of(
                        BackendBreaches.all(),
                        FaultyModels.all(),
                        FaultyMethods.all(),
                        FaultyRecipes.all(),
                        ComponentBreaches.all(),
                        DataBreaches.all(),
                        FormatBreaches.all())
                .flatMap(each -> each);
    }

    @AfterEach
    void repair() {
        BackendBreaches.repair();
        FaultyModels.repair();
        FaultyMethods.repair();
        FaultyRecipes.repair();
        Subjects.plant(Specimens.right());
    }

    @ParameterizedTest
    @MethodSource("breaches")
    void theKitFindsIt(Breach breach) {
        breach.plant().run();
        assertThat(Runs.failures(selector(breach))).isNotEmpty();
    }

    /** Without those of backends, all of which JavaBackendConformanceTest runs on the right one. */
    @Test
    void withoutAMutantEveryTestPasses() {
        Map<String, DiscoverySelector> each = new LinkedHashMap<>();
        breaches()
                .filter(breach -> breach.subject().size() == 1)
                .forEach(breach -> each.put(breach.kitClass() + breach.test(), selector(breach)));
        assertThat(Runs.failures(each.values().toArray(DiscoverySelector[]::new)))
                .isEmpty();
    }

    private static DiscoverySelector selector(Breach breach) {
        int last = breach.subject().size() - 1;
        Class<?> subject = breach.subject().get(last);
        // Tests with a temporary folder as their argument.
        String parameters = breach.test().equals("repetitionLeavesTheProcessAsItWas")
                        || breach.test().equals("partsOfFilesAreMapped")
                        || breach.test().equals("whatIsSavedIsLoaded")
                        || breach.test().equals("whatIsSavedIsLoadedOverTheBase")
                        || breach.test().equals("filesThatAreNoAdapterAreRefused")
                ? Path.class.getName()
                : "";
        return last == 0
                ? DiscoverySelectors.selectMethod(subject, breach.test(), parameters)
                : DiscoverySelectors.selectNestedMethod(
                        breach.subject().subList(0, last), subject, breach.test(), parameters);
    }

    /** The table's first column names types of the API. */
    @Test
    void eachPromiseIsOfATypeOfTheApi() throws IOException {
        List<String> types;
        try (Stream<Path> files = Files.walk(Path.of("../framework-api/src/main/java"))) {
            types = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .toList();
        }
        assertThat(breaches())
                .allSatisfy(breach ->
                        assertThat(types).as(breach.of()).contains(breach.of().replaceAll("\\..*", "")));
    }

    @Test
    void theDocumentHasTheTable() throws IOException {
        String table = "| promise of | it says | mutant | test that fails |\n|---|---|---|---|\n"
                + breaches().map(Breach::row).distinct().collect(Collectors.joining("\n")) + "\n";
        String text = Files.readString(DOCUMENT);
        String wanted = text.substring(0, text.indexOf(MARK) + MARK.length()) + table;
        if (Boolean.getBoolean("tune4j.docs.update")) {
            Files.writeString(DOCUMENT, wanted);
            return;
        }
        assertThat(text).isEqualTo(wanted);
        assertThat(breaches().count()).isGreaterThanOrEqualTo(60);
    }
}
