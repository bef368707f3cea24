// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code prove}: whether and with what the exported file is compared with the model that was trained.
 *
 * @param prompts of the list {@code prompts} and of the lines of {@code prompts_file}; empty for no proof
 * @param mostTokens {@code max_new_tokens} of each answer
 * @param server {@code server}: the address of a llama-server that has loaded the exported file, which is asked too; or null
 */
public record ProofOptions(
        List<String> prompts, int mostTokens, @Nullable String server) {
    private static final int LONGEST = 4096;
    private static final int USUAL = 32;

    public ProofOptions {
        prompts = List.copyOf(prompts);
    }

    static ProofOptions read(ConfigValues config) {
        ConfigReader section = config.root().sectionOrNull("prove");
        if (section == null) {
            return new ProofOptions(List.of(), 0, null);
        }
        List<String> prompts = new ArrayList<>(section.strings("prompts", List.of()));
        Path file = section.pathOrNull("prompts_file");
        if (file != null) {
            try {
                Files.readAllLines(file).stream()
                        .filter(line -> !line.isBlank())
                        .forEach(prompts::add);
            } catch (IOException e) {
                section.problem("prompts_file", file + " cannot be read as lines of UTF-8: " + e.getMessage());
            }
        }
        if (prompts.isEmpty()) {
            section.problem("prompts", "name at least one prompt, in the list prompts or in a prompts_file");
        }
        return new ProofOptions(
                prompts, section.integer("max_new_tokens", USUAL, 1, LONGEST), section.stringOrNull("server"));
    }
}
