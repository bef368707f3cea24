// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a resolved config tree of a YAML file and overrides. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * Reads a config, applies overrides and resolves references.
     *
     * @param yaml the config's text
     * @param sourceName for origins, e.g. the file's name
     * @param overrides as on the command line: {@code key=value}, {@code --key=value}, {@code --key value}, {@code ~key}
     * @param environment for {@code ${oc.env:NAME}}
     * @param variables further names for {@code ${...}}, e.g. {@code tune4j.configs}
     * @param problems takes what is wrong with overrides and references; the rest of the tree is good for reading on
     * @param notices takes what overrides removed
     * @throws ConfigException if it is no valid YAML
     */
    public static Mapping load(
            String yaml,
            String sourceName,
            List<String> overrides,
            Map<String, String> environment,
            Map<String, String> variables,
            Problems problems,
            Notices notices) {
        Mapping changed = withoutVariables(change(yaml, sourceName, overrides, problems, notices), problems);
        return new Interpolation(changed, environment, variables, problems).resolve();
    }

    /**
     * In a config whose references were resolved, a key that only others referred to looks unknown. So the
     * writer lists them under this key.
     */
    private static Mapping withoutVariables(Mapping root, Problems problems) {
        ConfigNode listed = root.entries().get(ConfigWriter.VARIABLES);
        if (!(listed instanceof ConfigNode.Sequence names)) {
            return root;
        }
        for (ConfigNode name : names.items()) {
            if (name instanceof ConfigNode.Scalar scalar) {
                problems.refer(scalar.text());
            }
        }
        Map<String, ConfigNode> entries = new LinkedHashMap<>(root.entries());
        entries.remove(ConfigWriter.VARIABLES);
        return new Mapping(entries, root.origin());
    }

    /**
     * Reads a config and applies overrides; references stay as they are.
     *
     * @param sourceName for origins, e.g. the file's name
     * @throws ConfigException if it is no valid YAML
     */
    public static Mapping change(
            String yaml, String sourceName, List<String> overrides, Problems problems, Notices notices) {
        Mapping parsed = parse(yaml, sourceName, problems);
        problems.throwIfAny();
        return new OverrideApplier(problems, notices).apply(parsed, ConfigOverride.parse(overrides, problems));
    }

    /**
     * Reads a YAML text without overrides; references stay as they are.
     *
     * @param sourceName for origins, e.g. the file's name
     */
    public static Mapping parse(String yaml, String sourceName, Problems problems) {
        return YamlParser.parse(yaml, sourceName, problems);
    }

    /**
     * A config file's text.
     *
     * @throws UserException if it is missing, not readable, too large or no UTF-8 text
     */
    public static String read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new UserException("the config " + file + " is a folder; name a YAML file");
            }
            if (Files.size(file) > YamlParser.MOST_CHARACTERS) {
                throw new UserException(
                        "the config " + file + " is larger than 1 MB, which no config is; is it the right file?");
            }
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (NoSuchFileException e) {
            throw new UserException(
                    "there is no config " + file + "; check the path, or see tune ls for those that come" + " along",
                    e);
        } catch (CharacterCodingException e) {
            throw new UserException("the config " + file + " is no UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw new UserException("cannot read the config " + file + ": " + e.getMessage(), e);
        }
    }
}
