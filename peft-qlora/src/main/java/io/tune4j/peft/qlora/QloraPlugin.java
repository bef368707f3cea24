package io.tune4j.peft.qlora;

import com.google.auto.service.AutoService;
import io.tune4j.api.peft.PeftVariant;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** Brings the weight format {@code nf4}, {@code qlora_*} and {@code qdora_*}. */
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
                        "qlora",
                        "lora",
                        Nf4FormatFactory.NAME,
                        "LoRA over base weights in 4 bits (NF4, double quantization)"),
                new PeftVariant("qdora", "dora", Nf4FormatFactory.NAME, "DoRA over base weights in 4 bits"));
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return List.of(new Nf4FormatFactory());
    }
}
