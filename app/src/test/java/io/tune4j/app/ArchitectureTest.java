// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Rules over all modules' classes. */
class ArchitectureTest {
    /** All that is shipped; read once, because that takes seconds. */
    static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.tune4j");

    private static final ArchitectureRules RULES = new ArchitectureRules("io.tune4j");

    private static final int MOST_PROMISED = 99;
    private static final int MOST_PARTS_OF_DECODERS = 23;

    @Test
    void everyModuleIsLookedAt() {
        Set<String> modules = CLASSES.stream()
                .map(javaClass -> javaClass.getPackageName().split("\\.")[2])
                .collect(Collectors.toSet());
        assertThat(modules)
                .contains(
                        "api",
                        "app",
                        "backend",
                        "decoder",
                        "engine",
                        "export",
                        "generation",
                        "kernels",
                        "models",
                        "peft",
                        "recipes");
    }

    @Test
    void packagesHaveNoCycles() {
        RULES.packagesHaveNoCycles().check(CLASSES);
    }

    @Test
    void theApiKnowsNoImplementation() {
        RULES.theApiKnowsNoImplementation().check(CLASSES);
    }

    @Test
    void theEngineKnowsTheApiAlone() {
        RULES.theEngineKnowsTheApiAlone().check(CLASSES);
    }

    @Test
    void theApplicationKnowsNoPlugin() {
        RULES.theApplicationKnowsNoPlugin().check(CLASSES);
    }

    @Test
    void pluginsKnowTheApiAndNotEachOther() {
        RULES.pluginsKnowTheApiAndNotEachOther().forEach(rule -> rule.check(CLASSES));
    }

    @Test
    void pluginsDoNotReadTheEnvironment() {
        RULES.pluginsDoNotReadTheEnvironment().check(CLASSES);
    }

    /** The promise to plugin authors: it may shrink, and grows by intent alone. */
    @Test
    void everyTypeOfTheApiSaysWhatIsPromised() {
        assertThat(promised("io.tune4j.api.")).hasSizeLessThanOrEqualTo(MOST_PROMISED);
    }

    /** Authors of model families may use these, and need not. */
    @Test
    void everyPartOfDecodersSaysWhatIsPromised() {
        assertThat(promised("io.tune4j.decoder.")).hasSizeLessThanOrEqualTo(MOST_PARTS_OF_DECODERS);
    }

    /** Else an author would have to use what may change in any release. */
    @Test
    void noPromiseMentionsAnInternalType() {
        RULES.noPromiseMentionsAnInternalType().check(CLASSES);
    }

    private static List<JavaClass> promised(String prefix) {
        List<JavaClass> all = CLASSES.stream()
                .filter(type -> type.getName().startsWith(prefix))
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .toList();
        assertThat(all).isNotEmpty().allSatisfy(type -> assertThat(type.isAnnotatedWith(API.class))
                .as(type.getName())
                .isTrue());
        return all.stream()
                .filter(type -> type.getAnnotationOfType(API.class).status() != API.Status.INTERNAL)
                .toList();
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
