// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognizes a checkpoint whose weights somebody has quantized, by {@code config.json} or the files of older tools. */
final class QuantizedCheckpoint {
    /** The methods of transformers' {@code quantization_config.quant_method}, as people call them. */
    private static final Map<String, String> METHODS = Map.ofEntries(
            Map.entry("gptq", "GPTQ"),
            Map.entry("awq", "AWQ"),
            Map.entry("bitsandbytes", "bitsandbytes"),
            Map.entry("fp8", "fp8"),
            Map.entry("fbgemm_fp8", "fp8 of FBGEMM"),
            Map.entry("compressed-tensors", "compressed-tensors"),
            Map.entry("mxfp4", "MXFP4"),
            Map.entry("torchao", "torchao"));

    /** The files in which AutoGPTQ and AutoAWQ kept their settings before {@code config.json} did. */
    private static final Map<String, String> FILES = Map.of("quantize_config.json", "gptq", "quant_config.json", "awq");

    private static final List<String> BITS = List.of("bits", "w_bit", "weight_bits");

    /** Endings of the names of such models, after the name of the model that they were made from. */
    private static final Pattern SUFFIX = Pattern.compile(
            "(.+?)[-_.](gptq|awq|bnb|unsloth|fp8|nf4|int[48]|[48]-?bit|w\\d+a\\d+|quantized|mxfp4|hqq|aqlm|exl2)\\b.*",
            Pattern.CASE_INSENSITIVE);

    private QuantizedCheckpoint() {}

    /** Says what is wrong with the checkpoint of a folder, or returns null. */
    static @Nullable String reason(Path folder, JsonNode root) {
        JsonNode section = section(root);
        String method = section == null ? byFile(folder) : method(section);
        if (method == null) {
            return null;
        }
        String bits = section == null ? "" : bits(section);
        return "the checkpoint is quantized already (" + METHODS.getOrDefault(method, method) + bits
                + "), and training starts from the original weights. Download " + original(folder)
                + " in bf16, fp16 or fp32; to train on four bits, name a builder with qlora_ before it, which quantizes"
                + " while it loads";
    }

    private static @Nullable JsonNode section(JsonNode root) {
        for (JsonNode place : List.of(root, root.path("text_config"))) {
            for (String key : List.of("quantization_config", "compression_config")) {
                if (place.hasNonNull(key)) {
                    return place.get(key);
                }
            }
        }
        return null;
    }

    private static @Nullable String byFile(Path folder) {
        return FILES.keySet().stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .findFirst()
                .map(FILES::get)
                .orElse(null);
    }

    /** The first configs of bitsandbytes and compressed-tensors do not name themselves. */
    private static String method(JsonNode section) {
        if (section.hasNonNull("quant_method")) {
            return section.get("quant_method").asText().toLowerCase(Locale.ROOT);
        }
        if (section.has("load_in_4bit") || section.has("load_in_8bit")) {
            return "bitsandbytes";
        }
        return section.has("config_groups") ? "compressed-tensors" : "an unnamed method";
    }

    private static String bits(JsonNode section) {
        if (section.path("load_in_4bit").asBoolean()) {
            return ", 4 bits";
        }
        if (section.path("load_in_8bit").asBoolean()) {
            return ", 8 bits";
        }
        return BITS.stream()
                .filter(section::hasNonNull)
                .findFirst()
                .map(key -> ", " + section.get(key).asText() + " bits")
                .orElse("");
    }

    private static String original(Path folder) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        Matcher matcher = SUFFIX.matcher(name == null ? "" : name.toString());
        return matcher.matches()
                ? "the model that it was made from, by its name " + matcher.group(1) + ","
                : "the model that it was made from, which its page on the hub names,";
    }
}
