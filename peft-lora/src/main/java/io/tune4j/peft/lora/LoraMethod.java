// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import org.jspecify.annotations.Nullable;

/** LoRA (Hu et al. 2021) and its decomposed sibling DoRA (Liu et al. 2024), which {@code use_dora: True} also turns on. */
public final class LoraMethod implements PeftMethod {
    private final String name;
    private final String summary;
    private final boolean dora;

    private LoraMethod(String name, String summary, boolean dora) {
        this.name = name;
        this.summary = summary;
        this.dora = dora;
    }

    /** {@code lora_*}. */
    public static LoraMethod lora() {
        return new LoraMethod("lora", "low-rank adapters on frozen projections (LoRA, rsLoRA)", false);
    }

    /** {@code dora_*}, the same as {@code lora_*} with {@code use_dora: True}. */
    public static LoraMethod dora() {
        return new LoraMethod("dora", "low-rank adapters with a trained magnitude per output feature (DoRA)", true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public @Nullable PeftPlan configure(ConfigReader options, ModelDefinition model) {
        LoraOptions read = LoraOptionsReader.read(options, model, dora);
        return read == null
                ? null
                : new LoraPlan(read, read.targetsOf(model), read.wholeOf(model), TokenRows.table(model, read));
    }
}
