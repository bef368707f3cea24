// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ApiVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginLoaderTest {
    /** The class-file version of a Java that does not exist yet. */
    private static final int FUTURE = 44 + 99;

    @TempDir
    Path home;

    private Path folder() {
        return home.resolve("plugins");
    }

    private Plugins load(Path... named) {
        return PluginLoader.load(new PluginFolders(folder(), List.of(named), home.resolve("plugins.allow")));
    }

    private static Map<String, String> reasons(Plugins plugins) {
        return plugins.refused().stream()
                .collect(Collectors.toMap(
                        refused -> refused.location().getFileName().toString(), RefusedPlugin::reason));
    }

    @Test
    void foldersAndSingleJarsAreLoadedEachWithItsOwnLoader() throws IOException {
        TestJars.plugin("a.One", "one").write(folder().resolve("one/one-1.2.jar"));
        TestJars.plugin("b.Two", "two").write(folder().resolve("two.jar"));

        Plugins plugins = load();

        assertThat(plugins.refused()).isEmpty();
        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("one", "two");
        assertThat(plugins.loaded().get(0).version()).isEqualTo("1.2");
        assertThat(plugins.loaded().get(0).plugin().getClass().getClassLoader())
                .isNotSameAs(plugins.loaded().get(1).plugin().getClass().getClassLoader());
    }

    @Test
    void brokenOnesAreRefusedWithTheReasonAndTheOthersGoOn() throws IOException {
        Path folder = folder();
        TestJars.plugin("a.Good", "good").write(folder.resolve("a-good/good.jar"));
        TestJars.plugin("b.None", "none").provider(null).write(folder.resolve("b-none/none.jar"));
        TestJars.plugin("c.Throws", "throws", "throw new IllegalStateException(\"no luck\");", "")
                .write(folder.resolve("c-throws/unlucky.jar"));
        TestJars.plugin("d.There", "x").provider("d.NotThere").write(folder.resolve("d-missing/missing.jar"));
        TestJars.plugin("e.Name", "name").write(folder.resolve("e-name/1.jar"));
        Files.createDirectories(folder.resolve("f-empty"));
        Files.write(folder.resolve("g-garbage.jar"), new byte[] {1, 2, 3});
        TestJars.plugin("h.New", "new").classVersion(FUTURE).write(folder.resolve("h-newer.jar"));
        TestJars.plugin("i.Api", "api", "throw new AssertionError(\"its code ran\");", "")
                .manifest("Tune4J-Api-Version", "99.1")
                .write(folder.resolve("i-api.jar"));
        TestJars.plugin("o.Api", "old", "throw new AssertionError(\"its code ran\");", "")
                .manifest("Tune4J-Api-Version", "0.1.0")
                .write(folder.resolve("o-old.jar"));
        TestJars.plugin("p.Api", "silent", "throw new AssertionError(\"its code ran\");", "")
                .manifest("Tune4J-Api-Version", null)
                .write(folder.resolve("p-silent.jar"));
        TestJars.plugin(
                        "j.List",
                        "list",
                        "",
                        "public java.util.List<io.tune4j.api.peft.PeftMethod> peftMethods() {"
                                + " throw new UnsupportedOperationException(\"no list\"); }")
                .write(folder.resolve("j-list.jar"));
        TestJars.plugin("k.Id", "Not An Id").write(folder.resolve("k-id.jar"));

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("good");
        Map<String, String> reasons = reasons(plugins);
        assertThat(reasons.get("b-none")).contains("no module in it provides io.tune4j.api.plugin.Plugin");
        assertThat(reasons.get("c-throws")).contains("no luck");
        assertThat(reasons.get("d-missing")).contains("d.NotThere");
        assertThat(reasons.get("e-name")).contains("1.jar", "rename it", "Automatic-Module-Name");
        assertThat(reasons.get("f-empty")).contains("has no jar");
        assertThat(reasons.get("g-garbage.jar")).contains("g-garbage.jar cannot be read");
        assertThat(reasons.get("h-newer.jar")).contains("compiled for Java 99", "JAVA_HOME", "--release");
        assertThat(reasons.get("i-api.jar"))
                .contains("made for version 99.1 of the plugin API", "this is " + ApiVersion.current());
        assertThat(reasons.get("o-old.jar"))
                .contains("made for version 0.1.0 of the plugin API", "this is " + ApiVersion.current());
        assertThat(reasons.get("p-silent.jar"))
                .contains("p-silent.jar does not say for which version", "Tune4J-Api-Version", "io.tune4j.api");
        assertThat(reasons.get("j-list.jar")).contains("no list");
        assertThat(reasons.get("k-id.jar")).contains("'Not An Id'");
        assertThat(plugins.refused()).extracting(RefusedPlugin::id).contains("i-api", "b-none");
    }

    @Test
    void aVersionOfTheApiThatFitsIsAccepted() throws IOException {
        String fits = ApiVersion.current().replaceFirst("[0-9]+$", "99");
        TestJars.plugin("a.Fits", "fits").manifest("Tune4J-Api-Version", fits).write(folder().resolve("fits.jar"));
        assertThat(load().loaded()).extracting(LoadedPlugin::apiVersion).containsExactly(fits);
    }

    @Test
    void oneIdTwiceIsNobodysAndReservedIdsStayWithTheirOwners() throws IOException {
        TestJars.plugin("a.A", "same").write(folder().resolve("a.jar"));
        TestJars.plugin("b.B", "same").write(folder().resolve("b.jar"));
        TestJars.plugin("c.C", "recipes").write(folder().resolve("c.jar"));
        TestJars.plugin("d.D", "recipes").write(folder().resolve("recipes/d.jar"));
        TestJars.plugin("e.E", "peft-lora").write(folder().resolve("recipes-too/e.jar"));

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::location).containsExactly(folder().resolve("recipes"));
        Map<String, String> reasons = reasons(plugins);
        assertThat(reasons.get("a.jar")).contains("its id 'same' is also that of", "b.jar", "neither is used");
        assertThat(reasons.get("b.jar")).contains("its id 'same' is also that of", "a.jar", "neither is used");
        assertThat(reasons.get("c.jar")).contains("'recipes' is reserved");
        assertThat(reasons.get("recipes-too")).contains("'peft-lora' is reserved");
    }

    @Test
    void oneNameTwiceIsNobodysButTheDistributionKeepsItsOwn() throws IOException {
        TestJars.plugin("a.A", "one", "", TestJars.schedule("warm", "\"1\"")).write(folder().resolve("a.jar"));
        TestJars.plugin("b.B", "two", "", TestJars.schedule("warm", "\"2\"")).write(folder().resolve("b.jar"));
        TestJars.plugin("c.C", "recipes", "", TestJars.schedule("cosine", "\"3\""))
                .write(folder().resolve("recipes/c.jar"));
        TestJars.plugin("d.D", "four", "", TestJars.schedule("cosine", "\"4\"")).write(folder().resolve("d.jar"));

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("recipes");
        Map<String, String> reasons = reasons(plugins);
        assertThat(reasons.get("a.jar")).contains("learning rate schedule 'warm'", "b.jar", "neither is used");
        assertThat(reasons.get("b.jar")).contains("learning rate schedule 'warm'", "a.jar");
        assertThat(reasons.get("d.jar")).contains("learning rate schedule 'cosine'", "comes with tune4j");
    }

    @Test
    void twoVersionsOfALibraryLiveSideBySide() throws IOException {
        for (String version : List.of("1", "2")) {
            Path plugin = folder().resolve("with-" + version);
            Path library = TestJars.of(
                            "lib.Version",
                            "package lib; public class Version { public static String get() { return \"v" + version
                                    + "\"; } }")
                    .write(plugin.resolve("lib-" + version + ".jar"));
            TestJars.plugin(
                            "p" + version + ".P",
                            "with-" + version,
                            "",
                            TestJars.schedule("schedule-" + version, "lib.Version.get()"))
                    .with(library)
                    .write(plugin.resolve("plugin.jar"));
        }

        Plugins plugins = load();

        assertThat(plugins.refused()).isEmpty();
        assertThat(plugins.loaded())
                .flatExtracting(LoadedPlugin::contributions)
                .extracting(Contribution::summary)
                .containsExactly("v1", "v2");
    }

    @Test
    void namedPlacesAreOnePluginOrAFolderOfThem() throws IOException {
        Path one = home.resolve("one");
        TestJars.plugin("a.A", "one").write(one.resolve("a.jar"));
        TestJars.of("lib.L", "package lib; public class L {}").write(one.resolve("lib.jar"));
        Path several = home.resolve("several");
        TestJars.plugin("b.B", "two").write(several.resolve("two/b.jar"));
        TestJars.plugin("c.C", "three").write(several.resolve("three/c.jar"));
        Path jar = TestJars.plugin("d.D", "four").write(home.resolve("four.jar"));

        assertThat(load(one, several, jar).loaded())
                .extracting(LoadedPlugin::id)
                .containsExactly("one", "three", "two", "four");
    }

    @Test
    void placesThatAreNotThereAreTheUsersMistake() throws IOException {
        assertThatThrownBy(() -> load(home.resolve("none")))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("does not exist", "--plugin-dir", "TUNE4J_PLUGINS");
        Path file = Files.writeString(home.resolve("file.txt"), "");
        assertThatThrownBy(() -> load(file)).isInstanceOf(UserException.class).hasMessageContaining("neither");
    }

    @Test
    void anAllowListRefusesEveryOtherJarBeforeItsCodeRuns() throws IOException {
        Path good = TestJars.plugin("a.A", "good").write(folder().resolve("good.jar"));
        Path other = TestJars.plugin("b.B", "other", "throw new AssertionError(\"its code ran\");", "")
                .write(folder().resolve("other.jar"));
        Files.writeString(home.resolve("plugins.allow"), "# trusted\n" + Sums.sha256(good) + "  good.jar\n\n");

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("good");
        assertThat(reasons(plugins).get("other.jar"))
                .contains("not listed in", "plugins.allow", Sums.sha256(other) + "  other.jar");
    }

    @Test
    void anAllowListThatCannotBeUnderstoodStopsEverything() throws IOException {
        Files.writeString(home.resolve("plugins.allow"), "0123  short.jar\n");
        assertThatThrownBy(this::load)
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("plugins.allow:1", "sha256");
    }
}
