// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * peft's {@code adapter_config.json}. Written are the keys that its versions since 0.9 know, so that older ones, which
 * refuse unknown keys, read it too; {@code exclude_modules}, of 0.14, only where it is used.
 */
final class AdapterConfigFile {
    static final String NAME = "adapter_config.json";

    /** peft's own defaults for a config that leaves them out. */
    private static final int PEFT_RANK = 8;

    private static final double PEFT_ALPHA = 8;

    /**
     * Features of peft that change what an adapter computes; a file that uses one does not fit. {@code fan_in_fan_out} is none of
     * them: it tells of layers with transposed weights, and for a linear layer peft sets it to false.
     */
    private static final List<String> FOREIGN_FEATURES = List.of(
            "alora_invocation_tokens",
            "arrow_config",
            "kasa_config",
            "layer_replication",
            "lora_bias",
            "monteclora_config",
            "target_parameters",
            "use_bdlora",
            "use_qalora",
            "velora_config");

    /** Ways to start that change the base weights as well. */
    private static final List<String> FOREIGN_INITS = List.of("pissa", "olora", "corda", "loftq", "lora_ga");

    private static final ObjectMapper JSON = new ObjectMapper();

    private AdapterConfigFile() {}

    static void write(Path directory, LoraOptions options, String baseModel) {
        Map<String, @Nullable Object> config = new TreeMap<>();
        config.put("alpha_pattern", numbers(options.alphaPattern()));
        config.put("auto_mapping", null);
        config.put("base_model_name_or_path", baseModel);
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("inference_mode", true);
        config.put("init_lora_weights", true);
        config.put("layers_pattern", null);
        config.put("layers_to_transform", options.layers().isEmpty() ? null : options.layers());
        config.put("lora_alpha", number(options.alpha()));
        config.put("lora_dropout", options.dropout());
        config.put("modules_to_save", options.savedModules().isEmpty() ? null : options.savedModules());
        config.put("peft_type", "LORA");
        config.put("r", options.rank());
        config.put("rank_pattern", options.rankPattern());
        config.put("revision", null);
        config.put("target_modules", names(options.targets()));
        config.put("task_type", "CAUSAL_LM");
        if (!options.tokens().isEmpty()) {
            config.put(TokenRows.KEY, options.tokens());
        }
        config.put("use_dora", options.useDora());
        config.put("use_rslora", options.useRsLora());
        ModuleNames excluded = options.excluded();
        if (excluded != null) {
            config.put("exclude_modules", names(excluded));
        }
        AtomicFiles.writeString(directory.resolve(NAME), text(config));
    }

    private static String text(Map<String, @Nullable Object> config) {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(lines);
        printer.indentArraysWith(lines);
        try {
            return JSON.writer(printer).writeValueAsString(config) + "\n";
        } catch (JsonProcessingException e) {
            throw new InternalException("cannot write " + NAME, e);
        }
    }

    private static Object names(ModuleNames names) {
        return names instanceof ModuleNames.Expression expression
                ? expression.text()
                : ((ModuleNames.Listed) names).names();
    }

    /** peft types alpha as an integer; whole numbers are written as such. */
    private static Number number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53 ? (Number) (long) value : (Number) value;
    }

    private static Map<String, Number> numbers(Map<String, Double> values) {
        Map<String, Number> result = new LinkedHashMap<>();
        values.forEach((key, value) -> result.put(key, number(value)));
        return result;
    }

    /** Differences between the file's and this run's options that change the adapter's function, one line each. */
    static List<String> mismatches(Path directory, LoraOptions options, List<LoraTarget> targets) {
        JsonNode config = read(directory.resolve(NAME));
        List<String> lines = new ArrayList<>();
        String type = config.path("peft_type").asText("");
        if (!type.equals("LORA")) {
            lines.add("peft_type is '" + type + "' in the file; this run needs 'LORA'");
        }
        compare(lines, "use_dora", config.path("use_dora").asBoolean(false), options.useDora());
        compare(lines, "use_rslora", config.path("use_rslora").asBoolean(false), options.useRsLora());
        comparePerTarget(
                lines,
                "rank",
                patterns(config, "rank_pattern"),
                config.path("r").asDouble(PEFT_RANK),
                targets,
                target -> (double) target.rank());
        comparePerTarget(
                lines,
                "alpha",
                patterns(config, "alpha_pattern"),
                config.path("lora_alpha").asDouble(PEFT_ALPHA),
                targets,
                LoraTarget::alpha);
        if (!config.path("bias").asText("none").equals("none")) {
            lines.add(
                    "bias is '" + config.path("bias").asText() + "' in the file; trained biases cannot be loaded here");
        }
        Set<String> saved = new TreeSet<>();
        config.path("modules_to_save").forEach(module -> saved.add(module.asText()));
        Set<String> own = new TreeSet<>(options.savedModules());
        if (!saved.equals(own)) {
            lines.add("modules_to_save is " + saved + " in the file, " + own + " in this run");
        }
        List<Long> tokens = tokens(config.path(TokenRows.KEY));
        if (!tokens.equals(options.tokens())) {
            lines.add(TokenRows.KEY + " is " + tokens + " in the file, " + options.tokens() + " in this run");
        }
        for (String feature : FOREIGN_FEATURES) {
            JsonNode value = config.path(feature);
            boolean used = value.isContainerNode() ? !value.isEmpty() : value.asBoolean(false) || value.isTextual();
            if (used) {
                lines.add(feature + " is set in the file, which cannot be loaded here");
            }
        }
        String init = config.path("init_lora_weights").asText("");
        if (FOREIGN_INITS.stream().anyMatch(init::startsWith)) {
            lines.add("init_lora_weights is '" + init
                    + "' in the file, which changed the base weights too; in Python, save"
                    + " it again with path_initial_model_for_weight_conversion");
        }
        return lines;
    }

    /** A list, or a list by the name of the embedding. */
    private static List<Long> tokens(JsonNode value) {
        JsonNode list = value.isObject() && value.size() == 1 ? value.elements().next() : value;
        List<Long> tokens = new ArrayList<>();
        list.forEach(token -> tokens.add(token.asLong(-1)));
        return tokens;
    }

    private static void compare(List<String> lines, String key, boolean file, boolean run) {
        if (file != run) {
            lines.add(key + " is " + file + " in the file, " + run + " in this run");
        }
    }

    private static void comparePerTarget(
            List<String> lines,
            String what,
            Map<String, Double> patterns,
            double otherwise,
            List<LoraTarget> targets,
            Function<LoraTarget, Double> ofRun) {
        Map<String, List<String>> differing = new LinkedHashMap<>();
        try {
            for (LoraTarget target : targets) {
                double file = LoraOptions.first(patterns, target.name(), otherwise);
                double run = ofRun.apply(target);
                if (file != run) {
                    differing
                            .computeIfAbsent(
                                    what + " is " + number(file) + " in the file, " + number(run) + " in this run",
                                    key -> new ArrayList<>())
                            .add(target.name());
                }
            }
        } catch (PatternSyntaxException e) {
            lines.add(what + "_pattern in the file has a key that is not a regular expression: " + e.getDescription());
        }
        differing.forEach((difference, names) -> lines.add(
                difference + ": " + names.get(0) + (names.size() == 1 ? "" : " and " + (names.size() - 1) + " more")));
    }

    private static Map<String, Double> patterns(JsonNode config, String key) {
        Map<String, Double> patterns = new LinkedHashMap<>();
        config.path(key)
                .properties()
                .forEach(entry -> patterns.put(entry.getKey(), entry.getValue().asDouble()));
        return patterns;
    }

    private static JsonNode read(Path path) {
        try {
            JsonNode config = JsonFiles.read(path);
            if (!config.isObject()) {
                throw new DataException(path + " is not a JSON object, so it is not peft's adapter config");
            }
            return config;
        } catch (NoSuchFileException e) {
            throw new DataException(
                    path + " is missing; an adapter's folder has " + NAME + " and " + AdapterWeightsFile.NAME, e);
        } catch (IOException e) {
            throw new DataException(path + " " + JsonFiles.problem(e), e);
        }
    }
}
