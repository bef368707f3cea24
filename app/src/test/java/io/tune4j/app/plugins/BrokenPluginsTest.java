// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins that say something wrong, do something wrong, or come in a jar that is wrong: each is refused, and the others go on. */
class BrokenPluginsTest {
    private static final String API = "io.tune4j.api.";
    private static final String LIST = "public java.util.List<";

    @TempDir
    Path home;

    private Path folder() {
        return home.resolve("plugins");
    }

    private Plugins load(Duration limit) {
        return PluginLoader.load(new PluginFolders(folder(), List.of(), home.resolve("plugins.allow")), limit);
    }

    private Plugins load() {
        return load(PluginCall.LIMIT);
    }

    private static Map<String, String> reasons(Plugins plugins) {
        return plugins.refused().stream()
                .collect(Collectors.toMap(
                        refused -> refused.location().getFileName().toString(), RefusedPlugin::reason));
    }

    private static String method(String name) {
        return LIST + API + "peft.PeftMethod> peftMethods() { return java.util.List.of(new " + API
                + "peft.PeftMethod() { public String name() { return " + name + "; }"
                + " public String summary() { return \"\"; }"
                + " public " + API + "peft.PeftPlan configure(" + API + "config.ConfigReader options, " + API
                + "model.ModelDefinition model) { return null; } }); }";
    }

    private static String recipe(String name, String type) {
        return LIST + API + "recipe.RecipeFactory> recipes() { return java.util.List.of(new " + API
                + "recipe.RecipeFactory() { public String name() { return " + name + "; }"
                + " public String summary() { return \"\"; }"
                + " public java.util.List<String> aliases() { return java.util.Arrays.asList(\"good\", null); }"
                + " public Class recipeClass() { return " + type + "; } }); }";
    }

    private static String variant(String name) {
        return LIST + API + "peft.PeftMethod.PeftVariant> peftVariants() { return java.util.List.of(new " + API
                + "peft.PeftMethod.PeftVariant(" + name + ", \"lora\", \"nf4\", \"\")); }";
    }

    private static String foreignName(String name) {
        return LIST + API + "plugin.ForeignName> foreignNames() { return java.util.List.of(" + API
                + "plugin.ForeignName.missing(" + name + ", \"advice\")); }";
    }

    private static String component(String type, String name) {
        return LIST + API + "plugin.ComponentFactory<?>> components() { return java.util.List.of(new " + API
                + "plugin.ComponentFactory() { public Class type() { return " + type + "; }"
                + " public String name() { return " + name + "; } public String summary() { return \"\"; }"
                + " public Object create(" + API + "config.ConfigReader options, " + API
                + "plugin.ComponentContext context) { return null; } }); }";
    }

    private void plugin(String id, String methods) throws IOException {
        TestJars.plugin("p" + id + ".P", id, "", methods).write(folder().resolve(id + ".jar"));
    }

    @Test
    void eachWrongAnswerIsNamed() throws IOException {
        String schedule = API + "train.LearningRateSchedule.class";
        plugin("good", component(schedule, "\"fine\""));
        plugin("a", method("null"));
        plugin("b", recipe("null", "Object.class"));
        plugin("c", variant("null"));
        plugin("d", foreignName("null"));
        plugin("e", component(schedule, "null"));
        plugin("f", component("null", "\"x\""));
        plugin("g", recipe("\"r\"", "null"));
        plugin("h", recipe("\"r\"", API + "recipe.Recipe.class"));
        plugin("i", component(schedule, "\"two words\""));
        plugin("j", LIST + API + "model.ModelFamily> models() { return null; }");
        plugin(
                "k",
                LIST + API + "model.ModelFamily> models() { return java.util.Arrays.asList((" + API
                        + "model.ModelFamily) null); }");
        plugin("l", component(schedule, "Integer.toString(1 / (int) Math.floor(Math.random()))"));

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("good");
        Map<String, String> reasons = reasons(plugins);
        assertThat(reasons.get("a.jar")).contains("name() of PEFT method 1 of peftMethods() is null");
        assertThat(reasons.get("b.jar"))
                .contains("name() of recipe 1 of recipes() is null")
                .contains("is java.lang.Object, which is no io.tune4j.api.recipe.Recipe")
                .contains("aliases() of recipe 1 of recipes() has null among its elements");
        assertThat(reasons.get("c.jar")).contains("name() of PEFT method 1 of peftVariants() is null");
        assertThat(reasons.get("d.jar")).contains("name() of other trainers' name 1 of foreignNames() is null");
        assertThat(reasons.get("e.jar")).contains("name() of component 1 of components() is null");
        assertThat(reasons.get("f.jar")).contains("type() is null");
        assertThat(reasons.get("g.jar")).contains("recipeClass() of recipe 'r' is null");
        assertThat(reasons.get("h.jar")).contains("recipeClass() of recipe 'r' is", "which is abstract");
        assertThat(reasons.get("i.jar")).contains("'two words', which is no name");
        assertThat(reasons.get("j.jar")).isEqualTo("models() is null");
        assertThat(reasons.get("k.jar")).isEqualTo("models() has null among its elements");
        assertThat(reasons.get("l.jar")).contains("component 1 of components() failed: ArithmeticException: / by zero");
    }

    @Test
    void allFaultsOfOneJarComeTogether() throws IOException {
        plugin("all", method("null") + recipe("null", "null") + variant("null") + component("null", "null"));
        assertThat(reasons(load()).get("all.jar").split("; ")).hasSize(7);
    }

    @Test
    void aJarWithClassesOfTheApiIsNamed() throws IOException {
        TestJars.plugin("a.A", "shaded")
                .source("io.tune4j.api.plugin.Copy", "package io.tune4j.api.plugin; public class Copy {}")
                .write(folder().resolve("shaded.jar"));
        assertThat(reasons(load()).get("shaded.jar"))
                .contains("shaded.jar holds classes of the API (package io.tune4j.api.plugin)", "provided");
    }

    @Test
    void aClassThatIsNoPluginIsNamed() throws IOException {
        TestJars.of("a.A", "package a; public class A {}").provider("a.A").write(folder().resolve("other.jar"));
        assertThat(reasons(load()).get("other.jar"))
                .isEqualTo("its provider a.A does not implement io.tune4j.api.plugin.Plugin");
    }

    @Test
    void aServiceFileThatNamesNoClassIsExplained() throws IOException {
        TestJars.plugin("a.A", "spelt").provider("a.B").write(folder().resolve("spelt.jar"));
        assertThat(reasons(load()).get("spelt.jar")).contains("a.B", "META-INF/services");
    }

    @Test
    void aServiceFileBesideAModuleInfoIsExplained() throws IOException {
        TestJars.of("a.A", "package a; public class A {}")
                .provider("a.A")
                .source("module-info", "module a.named {}")
                .write(folder().resolve("named.jar"));
        assertThat(reasons(load()).get("named.jar"))
                .contains("module a.named provides no io.tune4j.api.plugin.Plugin", "module-info");
    }

    @Test
    void aDamagedJarIsNamedAndSaysWhere() throws IOException {
        Path jar = TestJars.plugin("a.A", "flipped").write(folder().resolve("flipped.jar"));
        byte[] whole = Files.readAllBytes(jar);
        int refused = 0;
        for (int at = whole.length / 4; at < whole.length / 2; at += 16) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 0x10;
            Files.write(jar, bytes);
            Plugins plugins = load();
            if (!plugins.refused().isEmpty()) {
                refused++;
                assertThat(reasons(plugins).get("flipped.jar"))
                        .as("byte %d", at)
                        .contains("is damaged", "get it again");
            }
        }
        assertThat(refused).isGreaterThan(3);
    }

    @Test
    void aPluginThatDoesNotAnswerIsRefusedWithThePlaceWhereItIs() throws IOException {
        String never = " try { Thread.sleep(600_000); } catch (InterruptedException e) { } ";
        TestJars.plugin("a.Slow", "slow", never, "").write(folder().resolve("slow.jar"));
        plugin("good", "");

        Plugins plugins = load(Duration.ofSeconds(1));

        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("good");
        assertThat(reasons(plugins).get("slow.jar")).contains("did not answer within 1 s", "Thread.sleep");
    }

    @Test
    void thePluginsLoaderIsTheContextOfItsCode() throws IOException {
        TestJars.plugin(
                        "a.A",
                        "context",
                        "if (Thread.currentThread().getContextClassLoader() != getClass().getClassLoader())"
                                + " throw new IllegalStateException(\"another loader\");",
                        "")
                .write(folder().resolve("context.jar"));
        assertThat(load().loaded()).hasSize(1);
    }

    @Test
    void aPluginThatWouldEndTheProcessIsRefusedBeforeItRuns() throws IOException {
        TestJars.plugin("a.Exit", "exits", "if (true) System.exit(0);", "").write(folder().resolve("exits.jar"));
        plugin("good", "");

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("good");
        assertThat(reasons(plugins).get("exits.jar")).contains("a/Exit.class calls java.lang.System.exit");
    }

    @Test
    void aPluginThatEndsTheProcessByAnotherClassIsNamed() throws Exception {
        TestJars.plugin("a.Exit", "hidden", "Other.end();", "")
                .source("a.Other", "package a; class Other { static void end() { System.exit(0); } }")
                .write(folder().resolve("hidden.jar"));
        File output = home.resolve("output").toFile();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Loading.class.getName(),
                        folder().toString())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(5);
        assertThat(output).content().contains("the plugin hidden ended the process while it was loaded; remove it");
    }

    /** Loads the plugins of a folder. */
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) {
            Path folder = Path.of(arguments[0]);
            PluginLoader.load(new PluginFolders(folder, List.of(), folder.resolve("plugins.allow")));
        }
    }
}
