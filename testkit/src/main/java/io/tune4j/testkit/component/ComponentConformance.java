// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that any component must do: it has a name and a summary, reports wrong options as problems, and is made without work.
 *
 * @param <T> the kind of component
 */
public abstract class ComponentConformance<T> {
    @TempDir
    Path temporary;

    private final Class<T> type;
    private Backend backend;
    private TensorScope scope;
    private int liveBefore;

    ComponentConformance(Class<T> type) {
        this.type = type;
    }

    /** The plugin that has the component, and others whose components its section names. */
    protected abstract List<Plugin> plugins();

    /**
     * The config section that makes the component, as YAML with {@code _component_}.
     *
     * @param folder an existing folder for the files that the section names
     */
    protected abstract String section(Path folder);

    /** Whether the component takes options that it does not know, as a stand-in for another program's may. */
    protected boolean takesAnyOption() {
        return false;
    }

    /** The backend that computes; plain Java unless a subclass overrides this. */
    protected BackendFactory backendFactory() {
        return new JavaBackendFactory();
    }

    /** Writes the files that the section names; none unless a subclass overrides this. */
    protected void writeFiles(Path folder) throws IOException {}

    @BeforeEach
    final void open() throws IOException {
        liveBefore = LeakDetector.liveCount();
        backend = backendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
        scope = TensorScope.open();
        writeFiles(Files.createDirectories(folder()));
    }

    @AfterEach
    final void close() {
        scope.close();
        backend.close();
        assertThat(LeakDetector.liveCount())
                .as(() -> "live tensors after the test: " + LeakDetector.describeLive())
                .isEqualTo(liveBefore);
    }

    final Backend backend() {
        return backend;
    }

    /** The folder of the files that the section names. */
    final Path folder() {
        return temporary.resolve("files");
    }

    /** The folder for a run's results, which does not exist yet. */
    final Path output() {
        return temporary.resolve("output");
    }

    /** The component, made as a run makes it. */
    final T component() {
        return make(section(folder()));
    }

    final T make(String yaml) {
        ConfigReader section = Sections.of(yaml);
        Components components = ComponentRegistry.of(plugins());
        T made = components.create(type, section, new ComponentContext(components, output(), folder()));
        section.finish();
        section.problems().throwIfAny();
        return Objects.requireNonNull(made, "the factory returned null without saying what is wrong");
    }

    private ComponentFactory<?> factory() {
        String name = Sections.of(section(folder())).component();
        return plugins().stream()
                .flatMap(plugin -> plugin.components().stream())
                .filter(each -> each.type().equals(type))
                .filter(each -> each.name().equals(name) || each.aliases().contains(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no plugin has a " + type.getSimpleName() + " '" + name + "'"));
    }

    @Test
    final void itCanBeNamed() {
        ComponentFactory<?> factory = factory();
        assertThat(factory.summary()).isNotBlank().doesNotContain("\n");
        List<String> names = new ArrayList<>(factory.aliases());
        names.add(factory.name());
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("\\S+"));
    }

    @Test
    final void unknownOptionsAreReported() {
        String yaml = section(folder()) + "\nno_such_option: 1";
        if (takesAnyOption()) {
            make(yaml);
            return;
        }
        assertThatThrownBy(() -> make(yaml)).isInstanceOf(UserException.class).hasMessageContaining("no_such_option");
    }

    /** Each option of the section in turn is a section of nonsense: never an exception of another kind. */
    @Test
    final void wrongOptionsAreProblemsOfTheConfig() {
        for (String key : Sections.of(section(folder())).keys()) {
            List<String> lines = new ArrayList<>(section(folder()).lines().toList());
            if (lines.removeIf(line -> line.startsWith(key + ":")) && !takesAnyOption()) {
                lines.add(key + ": {no_such: {key: here}}");
                assertThatThrownBy(() -> make(String.join("\n", lines)), "%s is a section of nonsense", key)
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining(key);
            }
        }
    }

    @Test
    final void makingItWritesNothing() throws IOException {
        List<Path> before = files();
        component();
        assertThat(files()).isEqualTo(before);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.sorted().toList();
        }
    }
}
