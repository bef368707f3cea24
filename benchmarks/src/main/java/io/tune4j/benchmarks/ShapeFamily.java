// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

/** A family of the comparison, as {@code config.json} names it. */
enum ShapeFamily {
    LLAMA("LlamaForCausalLM", "llama", "\"hidden_act\": \"silu\""),
    QWEN2("Qwen2ForCausalLM", "qwen2", "\"hidden_act\": \"silu\""),
    QWEN3("Qwen3ForCausalLM", "qwen3", "\"hidden_act\": \"silu\""),
    GEMMA2(
            "Gemma2ForCausalLM",
            "gemma2",
            "\"hidden_activation\": \"gelu_pytorch_tanh\", \"query_pre_attn_scalar\": 256, \"sliding_window\": 4096,"
                    + " \"attn_logit_softcapping\": 50.0, \"final_logit_softcapping\": 30.0"),
    PHI3("Phi3ForCausalLM", "phi3", "\"hidden_act\": \"silu\", \"sliding_window\": 2047");

    private final String architecture;
    private final String modelType;
    private final String more;

    ShapeFamily(String architecture, String modelType, String more) {
        this.architecture = architecture;
        this.modelType = modelType;
        this.more = more;
    }

    /** Its part of a config.json's object. */
    String keys() {
        return "\"architectures\": [\"" + architecture + "\"], \"model_type\": \"" + modelType + "\", " + more;
    }
}
