package io.tune4j.app.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginLoaderTest {
    @TempDir
    Path folder;

    private Plugins load() {
        return PluginLoader.load(List.of(folder));
    }

    @Test
    void foldersAndSingleJarsAreLoaded() throws IOException {
        TestJars.write(folder.resolve("one/one-1.2.jar"), TestJars.plugin("a.One", "one", ""), "a.One");
        TestJars.write(folder.resolve("two.jar"), TestJars.plugin("b.Two", "two", ""), "b.Two");

        Plugins plugins = load();

        assertThat(plugins.refused()).isEmpty();
        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("one", "two");
        assertThat(plugins.loaded().get(0).version()).isEqualTo("1.2");
        assertThat(plugins.loaded().get(0).plugin().getClass().getClassLoader())
                .isNotSameAs(plugins.loaded().get(1).plugin().getClass().getClassLoader());
    }

    @Test
    void brokenOnesAreRefusedWithTheReasonAndTheOthersGoOn() throws IOException {
        TestJars.write(folder.resolve("a-good/good.jar"), TestJars.plugin("a.Good", "good", ""), "a.Good");
        TestJars.write(folder.resolve("b-none/none.jar"), TestJars.plugin("b.None", "none", ""), null);
        TestJars.write(
                folder.resolve("c-throws/unlucky.jar"),
                TestJars.plugin("c.Throws", "throws", "throw new IllegalStateException(\"no luck\");"),
                "c.Throws");
        TestJars.write(folder.resolve("d-missing/missing.jar"), TestJars.plugin("d.There", "x", ""), "d.NotThere");
        TestJars.write(folder.resolve("e-name/1.jar"), TestJars.plugin("e.Name", "name", ""), "e.Name");
        Files.createDirectories(folder.resolve("f-empty"));
        Files.write(folder.resolve("g-garbage.jar"), new byte[] {1, 2, 3});

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::id).containsExactly("good");
        Map<String, String> reasons = plugins.refused().stream()
                .collect(Collectors.toMap(
                        refused -> refused.location().getFileName().toString(), RefusedPlugin::reason));
        assertThat(reasons.get("b-none")).contains("no module in it provides io.tune4j.api.plugin.Plugin");
        assertThat(reasons.get("c-throws")).contains("no luck");
        assertThat(reasons.get("d-missing")).contains("d.NotThere");
        assertThat(reasons.get("e-name")).contains("no valid name");
        assertThat(reasons.get("f-empty")).contains("has no jar");
        assertThat(reasons).containsKey("g-garbage.jar");
    }

    @Test
    void oneIdTwiceIsNobodysAndReservedIdsStayWithTheirOwners() throws IOException {
        TestJars.write(folder.resolve("a.jar"), TestJars.plugin("a.A", "same", ""), "a.A");
        TestJars.write(folder.resolve("b.jar"), TestJars.plugin("b.B", "same", ""), "b.B");
        TestJars.write(folder.resolve("c.jar"), TestJars.plugin("c.C", "recipes", ""), "c.C");
        TestJars.write(folder.resolve("d.jar"), TestJars.plugin("d.D", "recipes", ""), "d.D");

        Plugins plugins = load();

        assertThat(plugins.loaded()).extracting(LoadedPlugin::location).containsExactly(folder.resolve("c.jar"));
        assertThat(plugins.refused()).hasSize(3);
        assertThat(plugins.refused().toString()).contains("its id 'same' is also that of", "reserved");
    }

    @Test
    void aFolderThatIsNotThereIsTheUsersMistake() {
        assertThatThrownBy(() -> PluginLoader.load(List.of(folder.resolve("none"))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--plugin-dir");
    }
}
