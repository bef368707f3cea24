// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.io.UnusablePath;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Strict, typed reading of one mapping. Each getter claims its key; {@link #finish} reports unclaimed keys. A
 * mistake becomes a {@link Problems} entry and the getter returns its default or a harmless placeholder, so that one run
 * finds them all. Several consumers may share a reader. A key whose value is null counts as absent.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ConfigReader {
    private final Mapping mapping;
    private final String path;
    private final Problems problems;
    private final Notices notices;
    private final Set<String> claimed = new LinkedHashSet<>();
    private final Map<String, ConfigReader> sections = new LinkedHashMap<>();
    private final Map<String, String> defaults;

    /**
     * Reads the root of a config.
     *
     * @param problems takes the mistakes
     * @param notices takes what the user should know and is no mistake
     */
    public ConfigReader(Mapping mapping, Problems problems, Notices notices) {
        this(mapping, "", problems, notices, new LinkedHashMap<>());
    }

    /**
     * Reads a JSON file that others wrote, such as a checkpoint's {@code config.json}, as a section of its own. Its origin
     * in messages is the file.
     *
     * @throws IOException if there is no such file, or it is no JSON object; {@link JsonFiles#problem} has words for it
     */
    public static ConfigReader ofJson(Path file) throws IOException {
        if (JsonNodes.of(JsonFiles.read(file), new Origin(file.toString(), 0)) instanceof Mapping object) {
            return new ConfigReader(object, new Problems(), new Notices());
        }
        throw new IOException("it is no JSON object");
    }

    private ConfigReader(
            Mapping mapping, String path, Problems problems, Notices notices, Map<String, String> defaults) {
        this.mapping = mapping;
        this.path = path;
        this.problems = problems;
        this.notices = notices;
        this.defaults = defaults;
    }

    /** The dotted path of this section; empty for the root. */
    public String path() {
        return path;
    }

    /** The place of a key, or of the section if the key is absent. */
    public Origin origin(String key) {
        ConfigNode node = mapping.entries().get(key);
        return node == null ? mapping.origin() : node.origin();
    }

    /** Takes the mistakes of the whole config. */
    public Problems problems() {
        return problems;
    }

    /** Takes what the user should know and is no mistake. */
    public Notices notices() {
        return notices;
    }

    /** Records a mistake about one of this section's keys. */
    public void problem(String key, String message) {
        problems.add(origin(key), join(key), message);
    }

    /** Records that a file or folder that one of this section's keys names is not there. */
    public void missingFile(String key, String message) {
        problems.addMissingFile(origin(key), join(key), message);
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        claimed.add(key);
        return present(key) != null;
    }

    /** The keys written in this section. */
    public Set<String> keys() {
        return mapping.entries().keySet();
    }

    /** Marks a key as known. */
    public void claim(String key) {
        claimed.add(key);
    }

    /** Claims a key that has no effect here, and tells the user why when it is there. */
    public void accept(String key, String why) {
        if (has(key)) {
            notices.add(origin(key) + ": " + join(key) + ": " + why);
        }
    }

    /** The raw value, or null if absent. */
    public @Nullable ConfigNode node(String key) {
        claimed.add(key);
        return present(key);
    }

    /** The value of {@code _component_}; an empty text after recording a problem if it is missing. */
    public String component() {
        return string("_component_");
    }

    /**
     * The defaults of optional keys that were read so far, here and in all sections, by dotted path. A key whose absence means that
     * something is off has the default {@code null}.
     */
    public Map<String, String> defaults() {
        return Collections.unmodifiableMap(defaults);
    }

    // ---- scalars --------------------------------------------------------------------------------------------------

    /** A text; an empty one after recording a problem if it is missing or no text. */
    public String string(String key) {
        return required(key, "a text", this::text, "");
    }

    /** A text; the default if it is missing, or after recording a problem if it is no text. */
    public String string(String key, String defaultValue) {
        return optional(key, "a text", this::text, defaultValue);
    }

    /** A text, or null if it is missing. */
    public @Nullable String stringOrNull(String key) {
        return present(key) == null ? absent(key) : known(key, string(key));
    }

    /** An integer of 32 bits; 1 after recording a problem if it is missing or no such integer. */
    public int integer(String key) {
        return required(key, "an integer", node -> asInt(node), 1);
    }

    /** An integer of 32 bits; the default if it is missing, or after recording a problem if it is no such integer. */
    public int integer(String key, int defaultValue) {
        return optional(key, "an integer", node -> asInt(node), defaultValue);
    }

    /** An integer from {@code min} to {@code max}. */
    public int integer(String key, int defaultValue, int min, int max) {
        int value = integer(key, defaultValue);
        return inRange(key, value, min, max) ? value : defaultValue;
    }

    /** An integer of 32 bits, or null if it is missing. */
    public @Nullable Integer integerOrNull(String key) {
        return present(key) == null ? absent(key) : known(key, Integer.valueOf(integer(key)));
    }

    /** An integer of 64 bits; the default if it is missing, or after recording a problem if it is no integer. */
    public long longInteger(String key, long defaultValue) {
        return optional(
                key,
                "an integer",
                node -> node instanceof Scalar scalar && scalar.value() instanceof Long value ? value : null,
                defaultValue);
    }

    /** An integer of 64 bits, or null if it is missing. */
    public @Nullable Long longIntegerOrNull(String key) {
        return present(key) == null ? absent(key) : known(key, Long.valueOf(longInteger(key, 0)));
    }

    /** A number; 1 after recording a problem if it is missing or no number. */
    public double number(String key) {
        return required(key, "a number", ConfigReader::asDouble, 1.0);
    }

    /** A number; the default if it is missing, or after recording a problem if it is no number. */
    public double number(String key, double defaultValue) {
        return optional(key, "a number", ConfigReader::asDouble, defaultValue);
    }

    /** A number from {@code min} to {@code max}. */
    public double number(String key, double defaultValue, double min, double max) {
        double value = number(key, defaultValue);
        return inRange(key, value, min, max) ? value : defaultValue;
    }

    /** A number, or null if it is missing. */
    public @Nullable Double numberOrNull(String key) {
        return present(key) == null ? absent(key) : known(key, Double.valueOf(number(key)));
    }

    /** True or False; the default if it is missing, or after recording a problem if it is neither. */
    public boolean bool(String key, boolean defaultValue) {
        return optional(
                key,
                "True or False",
                node -> node instanceof Scalar scalar && scalar.value() instanceof Boolean value ? value : null,
                defaultValue);
    }

    /** A path; {@code ~} is the home folder, a relative one is relative to the working directory. */
    public Path path(String key) {
        return toPath(key, string(key));
    }

    /** A path as {@link #path} reads it, or null if it is missing. */
    public @Nullable Path pathOrNull(String key) {
        String text = stringOrNull(key);
        return text == null ? null : toPath(key, text);
    }

    /**
     * A dtype by its name in configs, e.g. {@code bf16}; the default after recording a problem if there is none of
     * that name.
     */
    public DType dtype(String key, DType defaultValue) {
        String name = string(key, defaultValue.configName());
        try {
            return DType.parse(name);
        } catch (UserException e) {
            problem(key, e.getMessage());
            return defaultValue;
        }
    }

    /** One of an enum's constants by its lower-case name. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E defaultValue) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        String name = string(key, defaultValue.name().toLowerCase(Locale.ROOT)).toLowerCase(Locale.ROOT);
        int index = names.indexOf(name);
        if (index < 0) {
            problem(
                    key,
                    "unknown value '" + name + "'" + NearMisses.didYouMean(name, names) + "; known: "
                            + String.join(", ", names));
            return defaultValue;
        }
        return type.getEnumConstants()[index];
    }

    // ---- lists and sections ---------------------------------------------------------------------------------------

    /** A list of texts; a single text counts as a list of one. */
    public List<String> strings(String key, List<String> defaultValue) {
        return optional(key, "a list of texts", node -> list(node, this::text), defaultValue);
    }

    /** A list of numbers; the default if it is missing, or after recording a problem if it is no such list. */
    public List<Double> numbers(String key, List<Double> defaultValue) {
        return optional(key, "a list of numbers", node -> list(node, ConfigReader::asDouble), defaultValue);
    }

    /** A child section; an empty one after recording a problem if it is missing. */
    public ConfigReader section(String key) {
        ConfigReader section = sectionOrNull(key);
        if (section != null) {
            return section;
        }
        if (present(key) == null) {
            missing(key, "a section");
        }
        return new ConfigReader(new Mapping(Map.of(), origin(key)), join(key), new Problems(), new Notices(), defaults);
    }

    /** A child section, or null if absent (or no section, which is a problem). */
    public @Nullable ConfigReader sectionOrNull(String key) {
        claimed.add(key);
        ConfigNode node = present(key);
        if (node == null) {
            return null;
        }
        if (!(node instanceof Mapping child)) {
            problem(key, "expected a section, found " + describe(node));
            return null;
        }
        return sections.computeIfAbsent(key, name -> new ConfigReader(child, join(name), problems, notices, defaults));
    }

    /** The sections of a list, or the one section that stands there instead of a list; none if absent. */
    public List<ConfigReader> sections(String key) {
        if (!(node(key) instanceof Sequence list)) {
            ConfigReader only = sectionOrNull(key);
            return only == null ? List.of() : List.of(only);
        }
        List<ConfigReader> found = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            if (list.items().get(i) instanceof Mapping child) {
                found.add(sections.computeIfAbsent(
                        key + "[" + i + "]", name -> new ConfigReader(child, join(name), problems, notices, defaults)));
            } else {
                problem(
                        key,
                        "expected sections in the list, found "
                                + describe(list.items().get(i)));
            }
        }
        if (found.isEmpty()) {
            problem(key, "is an empty list; expected at least one section");
        }
        return found;
    }

    /**
     * A child section for a component that may be named by its name alone: {@code prompt_template: chatml} is read as {@code
     * prompt_template: {_component_: chatml}}. Null if absent (or neither, which is a problem).
     */
    public @Nullable ConfigReader componentSectionOrNull(String key) {
        ConfigNode node = node(key);
        if (!(node instanceof Scalar scalar) || !(scalar.value() instanceof String)) {
            return sectionOrNull(key);
        }
        Mapping named = new Mapping(Map.of("_component_", node), node.origin());
        return sections.computeIfAbsent(key, name -> new ConfigReader(named, join(name), problems, notices, defaults));
    }

    /**
     * Records every unclaimed key, here and in the sections that were read, unless a reference elsewhere names
     * it.
     */
    public void finish() {
        for (String key : mapping.entries().keySet()) {
            if (!claimed.contains(key) && !problems.isReferredTo(join(key))) {
                String near = NearMisses.didYouMean(key, claimed);
                String all = "; known: "
                        + String.join(", ", claimed.stream().sorted().toList());
                problem(key, "unknown key" + (near.isEmpty() ? all : near));
            }
        }
        sections.values().forEach(ConfigReader::finish);
    }

    // ---- inner workings -------------------------------------------------------------------------------------------

    private String join(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable ConfigNode present(String key) {
        ConfigNode node = mapping.entries().get(key);
        return node instanceof Scalar scalar && scalar.value() == null ? null : node;
    }

    private <T> @Nullable T absent(String key) {
        claimed.add(key);
        defaults.put(join(key), "null");
        return null;
    }

    /** Notes that the default of a key is its absence. */
    private <T> T known(String key, T value) {
        defaults.put(join(key), "null");
        return value;
    }

    private <T> T required(String key, String expected, Function<ConfigNode, @Nullable T> convert, T placeholder) {
        if (present(key) == null) {
            claimed.add(key);
            missing(key, expected);
            return placeholder;
        }
        return converted(key, expected, convert, placeholder);
    }

    private <T> T optional(String key, String expected, Function<ConfigNode, @Nullable T> convert, T defaultValue) {
        defaults.put(join(key), String.valueOf(defaultValue));
        return converted(key, expected, convert, defaultValue);
    }

    private <T> T converted(String key, String expected, Function<ConfigNode, @Nullable T> convert, T defaultValue) {
        claimed.add(key);
        ConfigNode node = present(key);
        if (node == null) {
            return defaultValue;
        }
        T value = convert.apply(node);
        if (value == null) {
            problem(key, "expected " + expected + ", found " + describe(node));
            return defaultValue;
        }
        return value;
    }

    private void missing(String key, String expected) {
        problem(
                key,
                "missing; expected " + expected
                        + (path.isEmpty() ? " at the top level" : " in section '" + path + "'")
                        + NearMisses.didYouMean(key, mapping.entries().keySet()));
    }

    private boolean inRange(String key, double value, double min, double max) {
        if (value >= min && value <= max) {
            return true;
        }
        String range = max == Integer.MAX_VALUE || max == Double.POSITIVE_INFINITY
                ? "at least " + shortest(min)
                : "a value from " + shortest(min) + " to " + shortest(max);
        problem(key, "expected " + range + ", found " + shortest(value));
        return false;
    }

    private static String shortest(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }

    private @Nullable String text(ConfigNode node) {
        return node instanceof Scalar scalar ? (scalar.value() instanceof String value ? value : scalar.text()) : null;
    }

    private static @Nullable Integer asInt(ConfigNode node) {
        return node instanceof Scalar scalar && scalar.value() instanceof Long value && value == value.intValue()
                ? Integer.valueOf(value.intValue())
                : null;
    }

    private static @Nullable Double asDouble(ConfigNode node) {
        return node instanceof Scalar scalar && scalar.value() instanceof Number value ? value.doubleValue() : null;
    }

    private static <T> @Nullable List<T> list(ConfigNode node, Function<ConfigNode, @Nullable T> convert) {
        List<ConfigNode> items = node instanceof Sequence sequence ? sequence.items() : List.of(node);
        List<T> values = new ArrayList<>();
        for (ConfigNode item : items) {
            T value = convert.apply(item);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return List.copyOf(values);
    }

    private Path toPath(String key, String text) {
        try {
            return Path.of(UserFolders.expand(text));
        } catch (InvalidPathException e) {
            problem(key, "'" + text + "' cannot be the name of a file: " + UnusablePath.reason(e));
            return Path.of("invalid-path");
        }
    }

    private static String describe(ConfigNode node) {
        if (node instanceof Mapping) {
            return "a section";
        }
        if (node instanceof Sequence) {
            return "a list";
        }
        Scalar scalar = (Scalar) node;
        String kind = scalar.value() instanceof String
                ? "text"
                : scalar.value() instanceof Boolean
                        ? "truth value"
                        : scalar.value() instanceof Long ? "integer" : "number";
        return "'" + scalar.text() + "' (" + kind + ")";
    }
}
