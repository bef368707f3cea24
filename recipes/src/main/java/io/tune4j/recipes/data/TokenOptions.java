// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.recipe.Console;
import io.tune4j.engine.hub.HubSettings;
import io.tune4j.recipes.tokens.TokenCache;
import io.tune4j.recipes.tokens.TokenStore;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the tokens of data sets are kept, and what they depend on.
 *
 * @param folder of the cache, or null for none. {@code token_cache: auto} is one in the user's cache, so that the next run with the same
 *     files, tokenizer and options begins at once; {@code off} is none, and anything else another folder
 * @param sections the config's {@code tokenizer}, {@code dataset} and {@code dataset_val}, without their origins
 */
public record TokenOptions(@Nullable Path folder, Map<String, String> sections) {
    private static final String KEY = "token_cache";

    static TokenOptions read(ConfigReader root, Map<String, String> environment) {
        String where = root.string(KEY, "auto");
        Path folder =
                switch (where.toLowerCase(Locale.ROOT)) {
                    case "off", "false", "none" -> null;
                    case "auto", "true" -> HubSettings.cache(environment).resolve("tokens");
                    default -> root.path(KEY);
                };
        Map<String, String> sections = new TreeMap<>();
        for (String key : new String[] {"tokenizer", DataSources.TRAINING, DataSources.VALIDATION}) {
            ConfigNode node = root.has(key) ? root.node(key) : null;
            sections.put(key, node == null ? "" : node.canonical());
        }
        return new TokenOptions(folder, sections);
    }

    /**
     * The tokens of a data set; a record that does not fit ends the run, unless the config says otherwise.
     *
     * @param watch is called for each record and may end this by an exception
     */
    TokenStore open(Console console, String key, Dataset dataset, Tokenizer tokenizer, Runnable watch) {
        return open(new TokenCache(folder, console, watch), key, dataset, tokenizer, false);
    }

    /** The tokens of a data set for one who wants to look at it: records that do not fit are counted. */
    TokenStore look(Console console, String key, DatasetProvider provider, Tokenizer tokenizer) {
        return open(new TokenCache(folder, console), key, provider.open(tokenizer), tokenizer, true);
    }

    private TokenStore open(TokenCache cache, String key, Dataset dataset, Tokenizer tokenizer, boolean lenient) {
        return cache.open(
                key, dataset, sections.get("tokenizer") + '\n' + sections.get(key), tokenizer.identity(), lenient);
    }
}
