// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import com.google.auto.service.AutoService;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** Brings {@code lora_*} and {@code dora_*}. */
@AutoService(Plugin.class)
public final class LoraPlugin implements Plugin {
    @Override
    public String id() {
        return "peft-lora";
    }

    @Override
    public List<PeftMethod> peftMethods() {
        return List.of(LoraMethod.lora(), LoraMethod.dora());
    }
}
