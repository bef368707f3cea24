// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.PeftPlan;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraOptionsTest {
    private static PeftPlan plan(String options) {
        ConfigReader reader = StubModel.options(options);
        PeftPlan plan = LoraMethod.lora().configure(reader, new StubModel(false));
        reader.finish();
        reader.problems().throwIfAny();
        return Objects.requireNonNull(plan);
    }

    private static String problems(String options) {
        ConfigReader reader = StubModel.options(options);
        assertThat(LoraMethod.lora().configure(reader, new StubModel(true))).isNull();
        return reader.problems().all().toString();
    }

    /** Parameters: rank * (in + out) of each target, in two layers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{lora_rank: 2, lora_attn_modules: [q_proj, output_proj]} | 112",
                "{lora_rank: 2, lora_attn_modules: [q_proj], apply_lora_to_mlp: True} | 248",
                "{lora_rank: 2, lora_attn_modules: [q_proj], apply_lora_to_output: True} | 92",
                "{lora_rank: 2, target_modules: [q_proj, o_proj]} | 112",
                "{lora_rank: 2, target_modules: all-linear} | 384",
                "{lora_rank: 2, target_modules: all-linear, exclude_modules: [down_proj]} | 320",
                "{lora_rank: 2, target_modules: '.*self_attn.[qv]_proj'} | 96",
                "{lora_rank: 2, target_modules: [q_proj], layers_to_transform: [1]} | 28",
                "{lora_rank: 2, target_modules: [q_proj], rank_pattern: {layers.0.self_attn.q_proj: 4}} | 84",
                "{r: 2, target_modules: [q_proj], use_dora: True} | 72"
            })
    void targetsComeInBothDialects(String options, long parameters) {
        assertThat(plan(options).parameterCount()).isEqualTo(parameters);
    }

    /** What each program computes with is its own affair; a run's last lines tell. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{target_modules: [q_proj]} | for peft and vLLM; for llama.cpp and Ollama: tune export with --for",
                "{target_modules: [q_proj], use_rslora: True} | for peft; for llama.cpp, Ollama and vLLM: tune export with --for",
                "{target_modules: [q_proj], alpha_pattern: {q_proj: 3}} | for peft; for llama.cpp, Ollama and vLLM: tune export with --for",
                "{target_modules: [q_proj], use_dora: True} | for peft; llama.cpp, Ollama and vLLM take the merged model"
            })
    void theProgramsThatReadItAreNamed(String options, String readers) {
        assertThat(plan(options).readers()).isEqualTo(readers);
    }

    @Test
    void mistakesAreNamed() {
        assertThat(problems("{lora_rank: 0, lora_attn_modules: [q_proj]}")).contains("rank of at least 1");
        assertThat(problems("{lora_attn_modules: [q_prj]}")).contains("unknown projection 'q_prj'", "q_proj");
        assertThat(problems("{lora_attn_modules: [o_proj]}")).contains("did you mean 'output_proj'?");
        assertThat(problems("{}")).contains("say which projections get an adapter");
        assertThat(problems("{target_modules: [q_proj], apply_lora_to_mlp: True}"))
                .contains("in one way only");
        assertThat(problems("{target_modules: '[', lora_rank: 2}")).contains("not a regular expression");
        assertThat(problems("{target_modules: nothing.*}")).contains("matches no projection");
        assertThat(problems("{target_modules: [q_proj], lora_dropout: 1.5}")).contains("probability");
        assertThat(problems("{target_modules: [q_proj], lora_alpha: -1}")).contains("positive number");
        assertThat(problems("{target_modules: [q_proj], adapter_dtype: int64}")).contains("floating dtype");
        assertThat(problems("{lora_attn_modules: [], apply_lora_to_output: True}"))
                .contains("embedding's weight");
        assertThat(problems("{target_modules: [q_proj], rank_pattern: {q_proj: x}}"))
                .contains("expected an integer");
        assertThat(problems("{r: 4, lora_rank: 8, target_modules: [q_proj]}")).contains("keep one of them");
    }
}
