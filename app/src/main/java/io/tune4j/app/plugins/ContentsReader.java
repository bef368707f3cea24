// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftMethod.PeftVariant;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.engine.registry.ComponentRegistry;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a plugin once for its contents and checks every answer, so that nothing after it meets a name that is missing or a class that
 * cannot be made. All faults of a plugin come in one message.
 */
final class ContentsReader {
    /** Names stand in configs and on command lines. */
    private static final Pattern NAME = Pattern.compile("[^\\s\\p{Cntrl}]{1,200}");

    private final List<String> faults = new ArrayList<>();
    private final List<Contribution> contributions = new ArrayList<>();

    private ContentsReader() {}

    /** @throws BrokenPluginException with all faults that the answers have */
    static PluginContents read(Plugin plugin) throws BrokenPluginException {
        ContentsReader reader = new ContentsReader();
        PluginContents contents = reader.contents(plugin);
        if (!reader.faults.isEmpty()) {
            throw new BrokenPluginException(String.join("; ", reader.faults));
        }
        return contents;
    }

    private PluginContents contents(Plugin plugin) {
        Parts<ModelBuilder> models = new Parts<ModelBuilder>("model", ModelBuilder::name, ModelBuilder::summary);
        for (ModelFamily family : list("models()", plugin::models)) {
            String label = "model family " + quoted("name() of a model family", family::name);
            models.read("builders() of " + label, family::builders);
        }
        return new PluginContents(
                new Parts<BackendFactory>("backend", BackendFactory::name, BackendFactory::summary)
                        .read("backends()", plugin::backends),
                models.parts,
                new Parts<PeftMethod>("PEFT method", PeftMethod::name, PeftMethod::summary)
                        .read("peftMethods()", plugin::peftMethods),
                new Parts<PeftVariant>("PEFT method", PeftVariant::name, PeftVariant::summary)
                        .read("peftVariants()", plugin::peftVariants),
                new Parts<RecipeFactory>("recipe", RecipeFactory::name, RecipeFactory::summary)
                        .withAliases(RecipeFactory::aliases)
                        .withCheck(this::checkRecipe)
                        .read("recipes()", plugin::recipes),
                new Parts<ComponentFactory<?>>("component", ComponentFactory::name, ComponentFactory::summary)
                        .withKind(this::kind)
                        .withAliases(ComponentFactory::aliases)
                        .read("components()", plugin::components),
                new Parts<ForeignName>("other trainers' name", ForeignName::name, ContentsReader::meaning)
                        .read("foreignNames()", plugin::foreignNames),
                contributions);
    }

    private static @Nullable String meaning(ForeignName name) {
        if (name.isLastPart()) {
            return "names below it are known by their last part";
        }
        return name.replacement() == null ? name.advice() : "is " + name.replacement();
    }

    /** The kind of a component as users call it, or null if it has no type. */
    private @Nullable String kind(ComponentFactory<?> factory) {
        Class<?> type = ask("type()", factory::type);
        return type == null ? null : ComponentRegistry.kind(type);
    }

    private void checkRecipe(RecipeFactory recipe, String label) {
        Class<?> type = ask("recipeClass() of " + label, recipe::recipeClass);
        if (type == null) {
            return;
        }
        if (!Recipe.class.isAssignableFrom(type)) {
            faults.add(
                    "recipeClass() of " + label + " is " + type.getName() + ", which is no " + Recipe.class.getName());
        } else if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            faults.add("recipeClass() of " + label + " is " + type.getName() + ", which is abstract");
        }
    }

    /** An answer, or null after a fault was noted: the plugin threw, or its answer is null. */
    private <T> @Nullable T ask(String question, Supplier<? extends @Nullable T> answer) {
        try {
            T value = answer.get();
            if (value == null) {
                faults.add(question + " is null");
            }
            return value;
        } catch (LinkageError | RuntimeException | AssertionError | StackOverflowError e) {
            faults.add(question + " failed: " + e.getClass().getSimpleName() + ": " + PluginModules.reason(e));
            return null;
        }
    }

    /** The elements of a list that are not null. */
    private <T> List<T> list(String question, Supplier<? extends List<? extends T>> answer) {
        List<T> elements = new ArrayList<>();
        List<? extends T> list = ask(question, answer);
        if (list != null) {
            for (T element : list) {
                if (element == null) {
                    faults.add(question + " has null among its elements");
                } else {
                    elements.add(element);
                }
            }
        }
        return elements;
    }

    /** A name in quotes, or a question mark if there is none. */
    private String quoted(String question, Supplier<@Nullable String> answer) {
        String name = name(question, answer);
        return name == null ? "?" : "'" + name + "'";
    }

    private @Nullable String name(String question, Supplier<@Nullable String> answer) {
        String name = ask(question, answer);
        if (name != null && !NAME.matcher(name).matches()) {
            faults.add(question + " is '" + name + "', which is no name: it needs 1 to 200 characters without blanks");
            return null;
        }
        return name;
    }

    /** Reads the parts of one kind. */
    private final class Parts<T> {
        private final String kind;
        private final Function<T, @Nullable String> name;
        private final Function<T, @Nullable String> summary;
        private final List<T> parts = new ArrayList<>();
        private Function<T, @Nullable String> kindOf;
        private Function<T, @Nullable List<String>> aliases = part -> List.of();
        private Check<T> check = (part, label) -> {};

        Parts(String kind, Function<T, @Nullable String> name, Function<T, @Nullable String> summary) {
            this.kind = kind;
            this.name = name;
            this.summary = summary;
            this.kindOf = part -> kind;
        }

        Parts<T> withAliases(Function<T, @Nullable List<String>> function) {
            aliases = function;
            return this;
        }

        Parts<T> withKind(Function<T, @Nullable String> function) {
            kindOf = function;
            return this;
        }

        Parts<T> withCheck(Check<T> further) {
            check = further;
            return this;
        }

        List<T> read(String question, Supplier<? extends List<? extends T>> answer) {
            int number = 0;
            for (T part : list(question, answer)) {
                number++;
                String place = kind + " " + number + " of " + question;
                String known = name("name() of " + place, () -> name.apply(part));
                String label = known == null ? place : kind + " '" + known + "'";
                String kindKnown = kindOf.apply(part);
                List<String> others = new ArrayList<>();
                for (String alias : list("aliases() of " + label, () -> aliases.apply(part))) {
                    String other = name("an alias of " + label, () -> alias);
                    if (other != null) {
                        others.add(other);
                    }
                }
                String line = ask("summary() of " + label, () -> summary.apply(part));
                check.check(part, label);
                parts.add(part);
                if (known != null && kindKnown != null && line != null) {
                    contributions.add(new Contribution(kindKnown, known, others, line));
                }
            }
            return parts;
        }
    }

    /** A further check of a part, which notes faults. */
    private interface Check<T> {
        void check(T part, String label);
    }
}
