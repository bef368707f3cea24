// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.tensor.DType;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.toy.ToyPlugin;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** {@code quantize_base: True} is for every method, also for one that knows nothing of weight formats. */
class AnyMethodTest {
    private static final class StrangersPlugin implements Plugin {
        @Override
        public String id() {
            return "stranger";
        }

        @Override
        public List<PeftMethod> peftMethods() {
            return List.of(new StrangersMethod());
        }
    }

    private static final class StrangersMethod implements PeftMethod {
        @Override
        public String name() {
            return "strange";
        }

        @Override
        public String summary() {
            return "trains nothing";
        }

        @Override
        public PeftPlan configure(ConfigReader options, ModelDefinition model) {
            return new StrangersPlan();
        }
    }

    private static final class StrangersPlan implements PeftPlan {
        @Override
        public String describe() {
            return "nothing";
        }

        @Override
        public long parameterCount() {
            return 0;
        }

        @Override
        public long fileBytes() {
            return 0;
        }

        @Override
        public Adapter attach(Backend backend, DType computeDtype, long seed) {
            throw new UnsupportedOperationException("only planned");
        }
    }

    private static ModelPlan plan(String model, String options) {
        ComponentRegistry registry =
                ComponentRegistry.of(List.of(new ToyPlugin(), new StrangersPlugin(), new QloraPlugin()));
        ConfigReader section = Sections.of("_component_: " + model + "\n" + options);
        ModelPlan plan = registry.model(section, null);
        section.finish();
        section.problems().throwIfAny();
        return Objects.requireNonNull(plan);
    }

    @Test
    void quantizesTheBaseOfAnyMethod() {
        assertThat(plan("strange_toy", "quantize_base: True").weightFormat()).isInstanceOf(FourBitFormat.class);
        assertThat(plan("strange_toy", "quantize_base: False").weightFormat()).isInstanceOf(DenseFormat.class);
        assertThat(plan("strange_toy", "").weightFormat()).isInstanceOf(DenseFormat.class);
        assertThat(plan("strange_toy", "quantize_base: True\nquantization: bnb_4bit")
                        .weightFormat())
                .isInstanceOf(FourBitFormat.class);
    }

    @Test
    void quantizesAModelWithoutAnAdapter() {
        assertThat(plan("toy", "quantize_base: True").weightFormat()).isInstanceOf(FourBitFormat.class);
    }
}
