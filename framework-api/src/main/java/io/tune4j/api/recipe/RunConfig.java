// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * The run's resolved config.
 *
 * @param root reads the top level; the recipe claims its keys and calls {@link ConfigReader#finish}
 * @param problems what was found wrong so far; call {@link Problems#throwIfAny} before the work begins
 * @param notices what the user should know, e.g. keys accepted without effect
 * @param yaml the resolved config as text with the origin of each value, to be kept with the run
 * @param source the config's name or file, for the commands shown to the user
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record RunConfig(ConfigReader root, Problems problems, Notices notices, String yaml, String source) {
    /**
     * The text with a value at the top level that the run chose itself, so that it can be repeated.
     *
     * @param key e.g. {@code seed}
     */
    public String yamlWith(String key, Object value) {
        String line = key + ": " + value;
        String chosen = line + " ".repeat(Math.max(1, 56 - line.length())) + "# chosen by the run";
        Matcher written = Pattern.compile("^" + Pattern.quote(key) + ": .*$", Pattern.MULTILINE)
                .matcher(yaml);
        return written.find() ? written.replaceFirst(Matcher.quoteReplacement(chosen)) : yaml + chosen + "\n";
    }
}
