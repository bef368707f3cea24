// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * The rules between modules, below any root package, so that a test can also hold them against classes that break them.
 *
 * @param root above the modules' packages, e.g. {@code io.tune4j}
 */
record ArchitectureRules(String root) {
    private static final String[] PLUGINS = {
        "backend", "evaluation", "export", "kernels", "models", "peft", "recipes", "server"
    };

    /** Classes that find native libraries by the machine they run on, and by JavaCPP's and DJL's own switches. */
    private static final String FINDERS =
            ".*\\.(Native|NativeFiles|JavacppCache|JavacppLibraries|BytedecoBackendFactory"
                    + "|KernelLibrary|CpuKernels|TokenizerLibrary)(\\$.*)?";

    private String[] below(String... modules) {
        return Arrays.stream(modules).map(module -> root + "." + module + "..").toArray(String[]::new);
    }

    private static String[] and(String[] some, String... others) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(others)).toArray(String[]::new);
    }

    /** Between any two packages, a module's root among them. */
    ArchRule packagesHaveNoCycles() {
        return slices().matching(root + ".(**)").should().beFreeOfCycles();
    }

    ArchRule theApiKnowsNoImplementation() {
        return noClasses()
                .that()
                .resideInAnyPackage(below("api"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(and(
                        below(and(PLUGINS, "decoder", "engine", "generation", "app", "testkit")),
                        "com.google.inject..",
                        "org.yaml..",
                        "picocli..",
                        "java.net.http.."));
    }

    /** In parameters and results of what a plugin author can call or override. */
    ArchRule noPromiseMentionsAnInternalType() {
        return codeUnits()
                .that()
                .areDeclaredInClassesThat(
                        DescribedPredicate.describe("promise something", type -> status(type) == Promise.KEPT))
                .and(DescribedPredicate.describe(
                        "authors see",
                        unit -> unit.getModifiers().contains(JavaModifier.PUBLIC)
                                || unit.getModifiers().contains(JavaModifier.PROTECTED)))
                .should(new ArchCondition<JavaCodeUnit>("mention no internal type") {
                    @Override
                    public void check(JavaCodeUnit unit, ConditionEvents events) {
                        Stream.concat(unit.getParameterTypes().stream(), Stream.of(unit.getReturnType()))
                                .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                                .filter(type -> status(type) == Promise.NONE)
                                .forEach(type -> events.add(SimpleConditionEvent.violated(
                                        unit, unit.getFullName() + " mentions " + type.getName())));
                    }
                });
    }

    private enum Promise {
        KEPT,
        NONE,
        NOT_OF_THE_API
    }

    private static Promise status(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer.tryGetAnnotationOfType(API.class)
                .map(api -> api.status() == API.Status.INTERNAL ? Promise.NONE : Promise.KEPT)
                .orElse(Promise.NOT_OF_THE_API);
    }

    ArchRule theEngineKnowsTheApiAlone() {
        return noClasses()
                .that()
                .resideInAnyPackage(below("engine", "generation"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(below(and(PLUGINS, "app", "testkit")));
    }

    ArchRule theApplicationKnowsNoPlugin() {
        return noClasses()
                .that()
                .resideInAnyPackage(below("app"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(below(PLUGINS));
    }

    /** Kernels belong to the backends, and modules with recipes share the engine with the application. */
    List<ArchRule> pluginsKnowTheApiAndNotEachOther() {
        List<ArchRule> rules = new ArrayList<>();
        for (String plugin : PLUGINS) {
            List<String> others = new ArrayList<>(List.of(and(PLUGINS, "app", "engine", "generation")));
            others.remove(plugin);
            if (plugin.equals("backend")) {
                others.remove("kernels");
            } else if (Set.of("recipes", "evaluation", "export", "server").contains(plugin)) {
                others.remove("engine");
                others.remove("generation");
            }
            rules.add(noClasses()
                    .that()
                    .resideInAnyPackage(below(plugin))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(below(others.toArray(String[]::new)))
                    .allowEmptyShould(true));
        }
        return List.copyOf(rules);
    }

    ArchRule pluginsDoNotReadTheEnvironment() {
        return noClasses()
                .that()
                .resideInAnyPackage(below(PLUGINS))
                .and()
                .haveNameNotMatching(FINDERS)
                .should()
                .callMethodWhere(target(owner(Predicates.type(System.class)))
                        .and(target(nameMatching("getenv|getProperty|getProperties"))))
                .orShould()
                .callMethodWhere(target(nameMatching("getBoolean|getInteger|getLong"))
                        .and(target(owner(Predicates.type(Boolean.class)
                                .or(Predicates.type(Integer.class))
                                .or(Predicates.type(Long.class))))));
    }
}
