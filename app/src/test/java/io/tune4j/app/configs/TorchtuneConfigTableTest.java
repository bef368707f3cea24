// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.config.Problems.Problem;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.inject.RecipeInputs;
import io.tune4j.engine.registry.ComponentRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of docs/reference/torchtune-configs.md: each config of torchtune 0.6.1 and what it is here. torchtune's files are not kept
 * here, so the table is compared where torchtune is installed, or {@code TORCHTUNE_CONFIGS} names its folder {@code recipes/configs}. To
 * write it again: {@code mvn -pl app -am test -Dtest=TorchtuneConfigTableTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtune4j.docs.update=true}.
 */
class TorchtuneConfigTableTest {
    private static final Path DOCUMENT = Path.of("../docs/reference/torchtune-configs.md");
    private static final Path REGISTRY = Path.of("src/test/resources/torchtune/configs.txt");
    private static final String START = "<!-- table: written by TorchtuneConfigTableTest -->\n";
    private static final String END = "<!-- end of table -->";

    /** All on the class path, so that a plugin that comes along later needs no change here. */
    private static final List<Plugin> PLUGINS = ServiceLoader.load(Plugin.class).stream()
            .filter(provider -> !provider.type().getName().startsWith("io.tune4j.testkit"))
            .map(ServiceLoader.Provider::get)
            .toList();

    private static final Console NOBODY = (Console) Proxy.newProxyInstance(
            Console.class.getClassLoader(), new Class<?>[] {Console.class}, (proxy, method, arguments) -> null);

    @Test
    void theTableSaysWhatTheCodeDoes(@TempDir Path folder) throws IOException, InterruptedException {
        Path configs = TorchtuneConfigsTest.installedConfigs(folder);
        assumeTrue(
                configs != null, "torchtune is not installed (TORCHTUNE_CONFIGS may name its folder recipes/configs)");
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf(START) + START.length();
        String wanted = text.substring(0, from) + table(configs) + text.substring(text.indexOf(END, from));
        if (Boolean.getBoolean("tune4j.docs.update")) {
            Files.writeString(DOCUMENT, wanted);
            return;
        }
        assertThat(text).isEqualTo(wanted);
    }

    private static String table(Path folder) throws IOException {
        StringBuilder table = new StringBuilder("| recipe there | config | here |\n|---|---|---|\n");
        for (String line : Files.readAllLines(REGISTRY)) {
            if (!line.startsWith("#")) {
                String[] parts = line.split(" \\| ");
                String verdict = verdict(parts[0], Checks.read(folder.resolve(parts[1])));
                table.append(String.format("| `%s` | `%s` | %s |%n", parts[0], parts[1], verdict));
            }
        }
        return table.toString();
    }

    /** By the recipe of that name or, of one for several devices, by that for one. */
    private static String verdict(String name, String yaml) {
        RecipeFactory same = recipe(name);
        RecipeFactory used = same != null ? same : recipe(name.replace("_distributed", "_single_device"));
        if (used == null) {
            return "no such recipe" + advice(name);
        }
        List<Problem> mistakes = mistakes(used, yaml);
        return (same != null ? "" : "by `" + used.name() + "`: ")
                + (mistakes.isEmpty()
                        ? "validates"
                        : "refused: `" + mistakes.get(0).path() + "` "
                                + cell(mistakes.get(0).message())
                                + (mistakes.size() > 1 ? " (and " + (mistakes.size() - 1) + " more)" : ""));
    }

    private static @Nullable RecipeFactory recipe(String name) {
        return PLUGINS.stream()
                .flatMap(plugin -> plugin.recipes().stream())
                .filter(factory ->
                        factory.name().equals(name) || factory.aliases().contains(name))
                .findFirst()
                .orElse(null);
    }

    private static String advice(String recipe) {
        return PLUGINS.stream()
                .flatMap(plugin -> plugin.foreignNames().stream())
                .filter(foreign -> foreign.name().equals(recipe))
                .map(ForeignName::advice)
                .map(advice -> ": " + cell(advice))
                .findFirst()
                .orElse("");
    }

    /** Files that are not there are none. */
    private static List<Problem> mistakes(RecipeFactory recipe, String yaml) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        try {
            Mapping tree = ConfigLoader.load(
                    yaml, "torchtune.yaml", List.of(), Map.of("USER", "me"), Map.of(), problems, notices);
            RunConfig config = new RunConfig(new ConfigReader(tree, problems, notices), problems, notices, "", "test");
            RecipeInputs.read(recipe, config, ComponentRegistry.of(PLUGINS), NOBODY)
                    .close();
        } catch (ConfigException e) {
            if (problems.isEmpty()) {
                throw e;
            }
        }
        return problems.mistakes();
    }

    private static String cell(String text) {
        return text.replaceAll("\\s+", " ")
                .replaceAll("; installed: .*", "")
                .replaceAll("(?<=; known: ).*", "...")
                .replace("|", "\\|");
    }
}
