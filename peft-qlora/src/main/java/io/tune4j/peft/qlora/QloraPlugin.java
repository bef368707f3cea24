// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import com.google.auto.service.AutoService;
import io.tune4j.api.peft.PeftMethod.PeftVariant;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** Brings the weight formats {@code nf4} and {@code bnb_4bit}, {@code qlora_*} and {@code qdora_*}. */
@AutoService(Plugin.class)
public final class QloraPlugin implements Plugin {
    @Override
    public String id() {
        return "peft-qlora";
    }

    @Override
    public List<PeftVariant> peftVariants() {
        return List.of(
                new PeftVariant(
                        "qlora", "lora", Scheme.NF4, "LoRA over base weights in 4 bits (NF4, double quantization)"),
                new PeftVariant("qdora", "dora", Scheme.NF4, "DoRA over base weights in 4 bits"));
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return List.of(FourBitFormatFactory.nf4(), FourBitFormatFactory.bitsandbytes());
    }
}
