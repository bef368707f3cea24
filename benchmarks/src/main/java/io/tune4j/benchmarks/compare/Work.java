// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The rows of the comparison: what every program is to do. */
enum Work {
    S_BF16("S bf16", "S", List.of("--dtype", "bf16")),
    S_FP32("S fp32", "S", List.of("--dtype", "fp32")),
    S_BF16_CKPT("S bf16, activation checkpointing", "S", List.of("--dtype", "bf16", "--ckpt")),
    S_FP32_CKPT("S fp32, activation checkpointing", "S", List.of("--dtype", "fp32", "--ckpt")),
    C_BF16("samples of 8,192 tokens, bf16", "C", List.of("--dtype", "bf16")),
    C_FP32("samples of 8,192 tokens, fp32", "C", List.of("--dtype", "fp32")),
    M_BF16("M bf16", "M", List.of("--dtype", "bf16")),
    M_FP32("M fp32", "M", List.of("--dtype", "fp32")),
    M_BF16_QLORA("M bf16 QLoRA", "M", List.of("--dtype", "bf16", "--quant")),
    M_FP32_QLORA("M fp32 QLoRA", "M", List.of("--dtype", "fp32", "--quant")),
    S_BF16_FULL("S bf16, all weights", "S", List.of("--dtype", "bf16")),
    S_FP32_FULL("S fp32, all weights", "S", List.of("--dtype", "fp32")),
    M_BF16_FULL("M bf16, all weights", "M", List.of("--dtype", "bf16")),
    M_FP32_FULL("M fp32, all weights", "M", List.of("--dtype", "fp32")),
    S_BF16_DPO("S bf16, DPO", "S", List.of("--dtype", "bf16")),
    S_FP32_DPO("S fp32, DPO", "S", List.of("--dtype", "fp32")),
    M_BF16_DPO("M bf16, DPO", "M", List.of("--dtype", "bf16")),
    M_FP32_DPO("M fp32, DPO", "M", List.of("--dtype", "fp32")),
    QWEN2_5_FP32("Qwen 2.5 0.5B fp32", "QWEN2_5", List.of("--dtype", "fp32")),
    QWEN3_FP32("Qwen 3 0.6B fp32", "QWEN3", List.of("--dtype", "fp32")),
    GEMMA2_FP32("Gemma 2 2B with 4 layers, fp32", "GEMMA2", List.of("--dtype", "fp32")),
    PHI3_FP32("Phi-3 mini with 4 layers, fp32", "PHI3", List.of("--dtype", "fp32")),
    INSTRUCT_BF16("instruction mix, S bf16", "S", List.of("--dtype", "bf16")),
    INSTRUCT_FP32("instruction mix, S fp32", "S", List.of("--dtype", "fp32")),
    ABLATION_FP32("S fp32 without", "S", List.of("--dtype", "fp32")),
    ABLATION_BF16("S bf16 without", "S", List.of("--dtype", "bf16")),
    T_FP32("T fp32", "T", List.of("--dtype", "fp32"));

    final String title;
    final String shape;
    final List<String> options;

    Work(String title, String shape, List<String> options) {
        this.title = title;
        this.shape = shape;
        this.options = options;
    }

    /** Its name on the command line and in the results, e.g. {@code s-bf16}. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether torchtune 0.6.1 has the family. */
    boolean isOfTorchtune() {
        return this != QWEN3_FP32;
    }

    /** Whether all weights are trained. */
    boolean isFull() {
        return name().endsWith("_FULL");
    }

    boolean isDpo() {
        return name().endsWith("_DPO");
    }

    boolean isInstruct() {
        return name().startsWith("INSTRUCT");
    }

    boolean isAblation() {
        return name().startsWith("ABLATION");
    }

    static Work parse(String key) {
        return Arrays.stream(values())
                .filter(work -> work.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row " + key + "; there are " + keys()));
    }

    static String keys() {
        return Arrays.stream(values()).map(Work::key).collect(Collectors.joining(", "));
    }
}
