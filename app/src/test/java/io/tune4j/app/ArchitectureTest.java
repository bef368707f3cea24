package io.tune4j.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Rules over all modules' classes. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.tune4j");

    @Test
    void everyModuleIsLookedAt() {
        Set<String> modules = CLASSES.stream()
                .map(javaClass -> javaClass.getPackageName().split("\\.")[2])
                .collect(Collectors.toSet());
        assertThat(modules).contains("api", "app", "backend", "models", "peft", "recipes");
    }

    @Test
    void thePartsBelowTheModulesHaveNoCycles() {
        slices().matching("io.tune4j.app.(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching("io.tune4j.recipes.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theApplicationKnowsNoPlugin() {
        noClasses()
                .that()
                .resideInAPackage("io.tune4j.app..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.tune4j.backend..", "io.tune4j.models..", "io.tune4j.peft..", "io.tune4j.recipes..")
                .check(CLASSES);
    }

    @Test
    void pluginsKnowTheApiAndNotEachOther() {
        for (String plugin : Set.of("backend", "models", "peft", "recipes")) {
            String[] others = Set.of("backend", "models", "peft", "recipes", "app").stream()
                    .filter(other -> !other.equals(plugin))
                    .map(other -> "io.tune4j." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.tune4j." + plugin + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(CLASSES);
        }
        slices().matching("io.tune4j.models.(*)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.tune4j.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.tune4j.backend..",
                        "io.tune4j.models..",
                        "io.tune4j.peft..",
                        "io.tune4j.recipes..",
                        "io.tune4j.app..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.tune4j.app.cli..", "io.tune4j.app.console..")
                // Its processes of their own answer the test that started them.
                .and()
                .resideOutsideOfPackage("io.tune4j.testkit..")
                // Takes a line out of what a native library prints.
                .and()
                .doNotHaveSimpleName("ErrorFilter")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    @Test
    void failuresSayWhoIsToBlame() {
        noClasses()
                .that()
                .resideInAPackage("io.tune4j..")
                // Keeps where a tensor was made, and throws nothing.
                .and()
                .doNotHaveSimpleName("LeakDetector")
                .should(GeneralCodingRules.THROW_GENERIC_EXCEPTIONS)
                .check(CLASSES);
    }

    @Test
    void nobodyLogsThroughAnotherApi() {
        noClasses().should(GeneralCodingRules.USE_JAVA_UTIL_LOGGING).check(CLASSES);
    }

    @Test
    void everyPackageSaysWhatItIsForAndThatNullIsMarked() {
        Set<String> packages = CLASSES.stream()
                .filter(javaClass -> !javaClass.getSimpleName().equals("module-info"))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new));
        packages.remove("");
        Set<String> marked = CLASSES.stream()
                .filter(javaClass -> javaClass.getName().endsWith(".package-info"))
                .filter(javaClass -> javaClass.isAnnotatedWith(NullMarked.class))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(marked).containsAll(packages);
    }
}
