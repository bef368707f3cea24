// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.generate;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.generation.Sampling;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is generated, and how.
 *
 * @param prompt of section {@code prompt}: {@code system}, which may be missing, and {@code user}
 * @param maxNewTokens {@code max_new_tokens}
 * @param sampling {@code temperature}, {@code top_k}, {@code top_p}, {@code min_p}, {@code repetition_penalty}, {@code seed}
 * @param stops {@code stop}: texts that end the answer
 * @param usesCache {@code enable_kv_cache}
 */
public record GenerateOptions(
        List<Message> prompt, int maxNewTokens, Sampling sampling, List<String> stops, boolean usesCache) {
    public GenerateOptions {
        prompt = List.copyOf(prompt);
        stops = List.copyOf(stops);
    }

    static GenerateOptions read(ConfigValues config) {
        ConfigReader root = config.root();
        root.claim("output_dir");
        if (root.has("quantizer")) {
            root.problem(
                    "quantizer",
                    "torchtune's quantizers are not here. Set it to null, and store the base's weights in four bits with"
                            + " model.quantize_base=True and a model that takes an adapter");
        }
        if (root.bool("compile", false)) {
            root.accept("compile", "there is no compiler to turn on: the kernels are fused by hand already");
        }
        return new GenerateOptions(
                prompt(root),
                root.integer("max_new_tokens", 300, 0, 1_000_000),
                sampling(config),
                stops(root),
                root.bool("enable_kv_cache", true));
    }

    private static List<Message> prompt(ConfigReader root) {
        List<Message> messages = new ArrayList<>();
        ConfigReader section = root.section("prompt");
        String system = section.stringOrNull("system");
        if (system != null) {
            messages.add(new Message(Role.SYSTEM, system, false));
        }
        messages.add(new Message(Role.USER, section.string("user"), false));
        return messages;
    }

    private static List<String> stops(ConfigReader root) {
        List<String> stops = root.strings("stop", List.of());
        if (stops.contains("")) {
            root.problem("stop", "an empty text would end every answer at once; leave it out");
        }
        return stops;
    }

    private static Sampling sampling(ConfigValues config) {
        ConfigReader root = config.root();
        Long seed = config.seed();
        Integer topK = root.integerOrNull("top_k");
        try {
            return new Sampling(
                    root.number("temperature", 0.6, 0, 100),
                    topK == null ? 0 : topK,
                    orElse(root.numberOrNull("top_p"), 1),
                    orElse(root.numberOrNull("min_p"), 0),
                    orElse(root.numberOrNull("repetition_penalty"), 1),
                    seed == null ? RandomKeys.newSeed() : seed);
        } catch (UserException e) {
            String message = String.valueOf(e.getMessage());
            root.problem(message.substring(0, Math.max(0, message.indexOf(' '))), message);
            return Sampling.GREEDY;
        }
    }

    private static double orElse(@Nullable Double value, double other) {
        return value == null ? other : value;
    }
}
