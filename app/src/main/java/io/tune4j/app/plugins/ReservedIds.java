// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.util.Set;

/** Ids of the plugins that come along, so that a stranger's cannot pass for one of them. */
final class ReservedIds {
    static final Set<String> ALL = Set.of(
            "backend-bytedeco",
            "backend-djl",
            "evaluation",
            "models-gemma",
            "models-llama",
            "models-mistral",
            "models-others",
            "models-phi",
            "models-qwen",
            "peft-lora",
            "peft-qlora",
            "recipes",
            "tokenizers");

    private ReservedIds() {}
}
