// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Message.Role;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The names of roles in data files: those of OpenAI, ShareGPT, Llama, Gemini and others, and the config's own. */
final class Roles {
    private static final String KEY = "role_map";

    private final Map<String, Role> names = new TreeMap<>(Map.ofEntries(
            Map.entry("system", Role.SYSTEM),
            Map.entry("developer", Role.SYSTEM),
            Map.entry("user", Role.USER),
            Map.entry("human", Role.USER),
            Map.entry("assistant", Role.ASSISTANT),
            Map.entry("model", Role.ASSISTANT),
            Map.entry("gpt", Role.ASSISTANT),
            Map.entry("chatgpt", Role.ASSISTANT),
            Map.entry("bing", Role.ASSISTANT),
            Map.entry("bard", Role.ASSISTANT),
            Map.entry(TurnReader.CALL, Role.ASSISTANT),
            Map.entry("tool", Role.TOOL),
            Map.entry("ipython", Role.TOOL),
            Map.entry("function", Role.TOOL),
            Map.entry("observation", Role.TOOL)));

    /** The usual names, and those of {@code role_map: {their name: our name}}. */
    static Roles read(ConfigReader options) {
        Roles roles = new Roles();
        ConfigReader map = options.sectionOrNull(KEY);
        if (map != null) {
            // Our names are the usual ones, also where two of them change places.
            Map<String, Role> own = new TreeMap<>();
            for (String name : map.keys()) {
                String ours = map.string(name, "");
                Role role = roles.names.get(ours.toLowerCase(Locale.ROOT));
                if (role == null) {
                    map.problem(name, "expected system, user, assistant or tool, found '" + ours + "'");
                } else {
                    own.put(name.toLowerCase(Locale.ROOT), role);
                }
            }
            roles.names.putAll(own);
        }
        return roles;
    }

    /** A role by its name in any case, or null. */
    @Nullable
    Role find(String name) {
        return names.get(name.strip().toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return String.join(", ", names.keySet());
    }
}
