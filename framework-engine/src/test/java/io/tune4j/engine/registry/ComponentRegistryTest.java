// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.engine.config.ConfigLoader;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComponentRegistryTest {
    private static final ComponentFactory<LearningRateSchedule> FACTORY = new ComponentFactory<>() {
        @Override
        public Class<LearningRateSchedule> type() {
            return LearningRateSchedule.class;
        }

        @Override
        public String name() {
            return "constant";
        }

        @Override
        public String summary() {
            return "one";
        }

        @Override
        public LearningRateSchedule create(ConfigReader options, ComponentContext context) {
            return (step, totalSteps) -> context.components().environment().containsKey("HALF") ? 0.5 : 1;
        }
    };

    private final Problems problems = new Problems();

    private @Nullable LearningRateSchedule create(String name, ForeignName... foreignNames) {
        Mapping section = ConfigLoader.parse("_component_: " + name, "test", problems);
        ComponentRegistry registry = new ComponentRegistry(
                Map.of(), Map.of(), Map.of(), Map.of(), List.of(FACTORY), List.of(foreignNames), Map.of("HALF", "1"));
        return registry.create(
                LearningRateSchedule.class,
                new ConfigReader(section, problems, new Notices()),
                new ComponentContext(registry, null, null));
    }

    @Test
    void componentsSeeTheEnvironmentThatIsHandedIn() {
        assertThat(create("constant")).isNotNull().satisfies(made -> assertThat(made.factor(0, 1))
                .isEqualTo(0.5));
    }

    @Test
    void namesOfAnotherTrainerAreKnownByTheirLastPartIfAPluginSaysSo() {
        assertThat(create("other.modules.schedules.constant", ForeignName.lastPart("other")))
                .isNotNull();
        assertThat(problems.isEmpty()).isTrue();
        assertThat(create("other.modules.schedules.constant")).isNull();
        assertThat(problems.all().toString()).contains("there is no learning rate schedule");
    }

    @Test
    void whatIsSaidOfOneNameGoesFirst() {
        ForeignName advice = ForeignName.missing("other.modules.schedules.*", "use constant");
        assertThat(create("other.modules.schedules.constant", ForeignName.lastPart("other"), advice))
                .isNull();
        assertThat(problems.all().toString()).contains("has no counterpart here: use constant");
    }

    @Test
    void aNameWhoseLastPartNobodyHasIsUnknown() {
        assertThat(create("other.constnt", ForeignName.lastPart("other"))).isNull();
        assertThat(problems.all().toString()).contains("there is no learning rate schedule", "did you mean 'constant'");
    }
}
