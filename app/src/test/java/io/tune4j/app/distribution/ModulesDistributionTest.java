// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The modules as they are in the built distribution. */
class ModulesDistributionTest {
    private static final Map<String, String> PLUGINS = Map.ofEntries(
            Map.entry("backend-bytedeco", "io.tune4j.backend.bytedeco"),
            Map.entry("backend-djl", "io.tune4j.backend.djl"),
            Map.entry("evaluation", "io.tune4j.evaluation"),
            Map.entry("models-gemma", "io.tune4j.models.gemma"),
            Map.entry("models-llama", "io.tune4j.models.llama"),
            Map.entry("models-mistral", "io.tune4j.models.mistral"),
            Map.entry("models-others", "io.tune4j.models.others"),
            Map.entry("models-phi", "io.tune4j.models.phi"),
            Map.entry("models-qwen", "io.tune4j.models.qwen"),
            Map.entry("peft-lora", "io.tune4j.peft.lora"),
            Map.entry("peft-qlora", "io.tune4j.peft.qlora"),
            Map.entry("recipes", "io.tune4j.recipes"),
            Map.entry("tokenizers", "io.tune4j.tokenizers"));

    private static ModuleDescriptor module(Path folder, String name) {
        return ModuleFinder.of(folder).find(name).orElseThrow().descriptor();
    }

    @Test
    void theApplicationRequiresNoPluginModule() {
        Set<String> required = module(Tune.HOME.resolve("lib"), "io.tune4j.app").requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .collect(Collectors.toSet());
        assertThat(required).contains("io.tune4j.api").doesNotContainAnyElementsOf(PLUGINS.values());
        assertThat(ModuleFinder.of(Tune.HOME.resolve("lib")).findAll().stream()
                        .map(reference -> reference.descriptor().name()))
                .doesNotContainAnyElementsOf(PLUGINS.values());
    }

    /** Compares the providers of module-info with those that the annotation wrote into META-INF/services. */
    @Test
    void providersAndServiceFilesAgree() throws IOException {
        for (Map.Entry<String, String> plugin : PLUGINS.entrySet()) {
            Path folder = Tune.HOME.resolve("plugins").resolve(plugin.getKey());
            List<String> provided = module(folder, plugin.getValue()).provides().stream()
                    .filter(provides -> provides.service().equals("io.tune4j.api.plugin.Plugin"))
                    .flatMap(provides -> provides.providers().stream())
                    .toList();
            assertThat(provided).as(plugin.getKey()).hasSize(1);
            try (Stream<Path> jars = Files.list(folder)) {
                Path jar = jars.filter(
                                path -> path.getFileName().toString().matches("tune4j-" + plugin.getKey() + "-\\d.*"))
                        .findFirst()
                        .orElseThrow();
                try (JarFile file = new JarFile(jar.toFile())) {
                    String services = new String(
                            file.getInputStream(file.getEntry("META-INF/services/io.tune4j.api.plugin.Plugin"))
                                    .readAllBytes(),
                            StandardCharsets.UTF_8);
                    assertThat(services.lines().map(String::strip).toList()).isEqualTo(provided);
                }
            }
        }
    }

    @Test
    void noPackageIsInTwoModules() {
        Set<String> seen = new HashSet<>();
        PLUGINS.forEach((folder, name) -> assertThat(seen)
                .doesNotContainAnyElementsOf(module(Tune.HOME.resolve("plugins").resolve(folder), name)
                        .packages())
                .satisfies(ignored ->
                        seen.addAll(module(Tune.HOME.resolve("plugins").resolve(folder), name)
                                .packages())));
        assertThat(seen)
                .doesNotContainAnyElementsOf(
                        module(Tune.HOME.resolve("lib"), "io.tune4j.api").packages());
    }

    @Test
    void nothingOfTheHostIsInAPlugin() throws IOException {
        try (Stream<Path> files = Files.walk(Tune.HOME.resolve("plugins"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("tune4j-api") || name.startsWith("guice"));
        }
    }
}
