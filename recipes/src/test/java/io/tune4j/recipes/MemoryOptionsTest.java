// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.tensor.Device;
import io.tune4j.recipes.memory.ActivationOptions;
import io.tune4j.recipes.memory.ActivationOptions.Recomputation;
import io.tune4j.recipes.memory.MemoryLimit;
import io.tune4j.testkit.config.Sections;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MemoryOptionsTest {
    private static final Device GPU = Device.parse("cuda");

    private static String problems(ConfigReader reader) {
        return reader.problems().all().stream().map(Object::toString).collect(Collectors.joining("\n"));
    }

    private static String activationProblems(Device device, String yaml) {
        ConfigReader reader = Sections.of(yaml);
        ActivationOptions.read(reader, device);
        return problems(reader);
    }

    @Test
    void checkpointingIsTrueFalseOrAuto() {
        ConfigReader reader = Sections.of("enable_activation_checkpointing: auto\nactivation_memory_budget: 6GiB");
        assertThat(ActivationOptions.read(reader, Device.CPU))
                .isEqualTo(new ActivationOptions(Recomputation.AUTO, 6L << 30, null, false));
        assertThat(problems(reader)).isEmpty();
        assertThat(ActivationOptions.read(Sections.of("enable_activation_checkpointing: True"), GPU)
                        .recomputation())
                .isEqualTo(Recomputation.ALL);
        assertThat(ActivationOptions.read(Sections.of("{}"), GPU).recomputation())
                .isEqualTo(Recomputation.NONE);
        assertThat(activationProblems(GPU, "enable_activation_checkpointing: some"))
                .contains("expected True, False or auto");
    }

    @Test
    void recomputedLayersKeepMoreOrLess() {
        String on = "enable_activation_checkpointing: True\n";
        assertThat(ActivationOptions.read(Sections.of(on), GPU).modes())
                .containsExactly(Checkpointing.SELECTIVE, Checkpointing.FULL);
        assertThat(ActivationOptions.read(Sections.of(on + "activation_checkpointing_mode: full"), GPU)
                        .modes())
                .containsExactly(Checkpointing.FULL);
        assertThat(ActivationOptions.read(Sections.of(on + "enable_activation_offloading: True"), GPU)
                        .modes())
                .containsExactly(Checkpointing.FULL);
        assertThat(activationProblems(GPU, "activation_checkpointing_mode: full"))
                .contains("says what recomputed layers keep, and there are none");
        assertThat(activationProblems(GPU, on + "activation_checkpointing_mode: some"))
                .contains("expected selective or full");
        assertThat(activationProblems(
                        GPU, on + "activation_checkpointing_mode: selective\nenable_activation_offloading: True"))
                .contains("activation_checkpointing_mode=full");
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheReason() {
        assertThat(activationProblems(
                        Device.CPU, "enable_activation_checkpointing: True\nactivation_memory_budget: 1GiB"))
                .contains("activation_memory_budget", "enable_activation_checkpointing=auto");
        assertThat(activationProblems(
                        Device.CPU, "enable_activation_checkpointing: auto\nactivation_memory_budget: much"))
                .contains("expected a size such as 512MiB or 6GiB, found 'much'");
        assertThat(activationProblems(GPU, "enable_activation_checkpointing: auto"))
                .contains("auto needs activation_memory_budget on a GPU");
        assertThat(activationProblems(GPU, "enable_activation_offloading: True"))
                .contains("the inputs of recomputed layers, and there are none");
    }

    @Test
    void theLimitIsChosenFoundOrLifted() {
        assertThat(MemoryLimit.read(Sections.of("memory_limit: 8GiB"), Device.CPU, 1))
                .isEqualTo(new MemoryLimit(8L << 30, true, 1));
        MemoryLimit found = MemoryLimit.read(Sections.of("{}"), Device.CPU, 1);
        assertThat(found.chosen()).isFalse();
        assertThat(found.bytes()).isPositive();
        assertThat(found.describe()).contains("95 %", "memory_limit");
        MemoryLimit divided = MemoryLimit.read(Sections.of("{}"), Device.CPU, 4);
        assertThat(divided.bytes()).isPositive().isLessThan(found.bytes() / 2);
        assertThat(divided.describe()).contains("divided among the 4 workers here");
        assertThat(MemoryLimit.read(Sections.of("memory_limit: null"), Device.CPU, 1)
                        .exists())
                .isFalse();
        assertThat(MemoryLimit.read(Sections.of("{}"), GPU, 1).exists()).isFalse();
        ConfigReader reader = Sections.of("memory_limit: 8GiB");
        MemoryLimit.read(reader, GPU, 1);
        assertThat(problems(reader)).contains("is for device=cpu");
    }
}
