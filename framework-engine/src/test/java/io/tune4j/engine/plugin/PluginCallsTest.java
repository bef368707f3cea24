// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.train.LearningRateSchedule;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PluginCallsTest {
    private final Thread thread = Thread.currentThread();
    private final ClassLoader before = thread.getContextClassLoader();

    /** Defines the classes of this test anew, as a plugin's loader has classes of its own. */
    private static final class OtherLoader extends ClassLoader {
        OtherLoader() {
            super(PluginCallsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PluginCallsTest.class.getName() + "$")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = Objects.requireNonNull(in).readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /** Tells whether the thread's loader is its own, and fails at step 7. */
    public static final class Seeing implements LearningRateSchedule {
        @Override
        public double factor(long step, long totalSteps) {
            if (step == 7) {
                throw new IllegalStateException("seven");
            }
            return Thread.currentThread().getContextClassLoader() == Seeing.class.getClassLoader() ? 1 : 0;
        }
    }

    @AfterEach
    void theThreadHasItsLoaderAgain() {
        assertThat(thread.getContextClassLoader()).isSameAs(before);
    }

    private static LearningRateSchedule foreign() throws ReflectiveOperationException {
        return (LearningRateSchedule) Class.forName(Seeing.class.getName(), true, new OtherLoader())
                .getDeclaredConstructor()
                .newInstance();
    }

    @Test
    void thePluginsLoaderIsTheThreads() throws ReflectiveOperationException {
        LearningRateSchedule plugin = foreign();
        assertThat(plugin.factor(0, 1)).isZero();
        assertThat(PluginCalls.in(plugin, () -> plugin.factor(0, 1))).isOne();
        assertThatThrownBy(() -> PluginCalls.in(plugin, () -> plugin.factor(7, 8)))
                .hasMessage("seven");
    }

    @Test
    void componentsAreCalledInTheirPluginAlways() throws ReflectiveOperationException {
        LearningRateSchedule component = PluginCalls.component(LearningRateSchedule.class, foreign());
        assertThat(component.factor(0, 1)).isOne();
        assertThat(Set.of(component)).contains(component);
        assertThat(component).isNotEqualTo(foreign());
        assertThatThrownBy(() -> component.factor(7, 8))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("seven");
    }

    @Test
    void theApplicationsOwnStayAsTheyAre() {
        Seeing own = new Seeing();
        assertThat(PluginCalls.component(LearningRateSchedule.class, own)).isSameAs(own);
    }
}
