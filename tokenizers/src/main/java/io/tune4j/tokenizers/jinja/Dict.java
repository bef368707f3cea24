// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A Python dictionary. It keeps the order of its keys, and records the keys that a template reads. */
public final class Dict {
    /** A key as it was given, with its value. */
    record Entry(@Nullable Object key, @Nullable Object value) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();
    private final Set<String> asked = new HashSet<>();
    private final @Nullable Object tag;
    private final Mark mark;

    Dict() {
        this(null, Mark.TEMPLATE);
    }

    /**
     * An empty dictionary.
     *
     * @param tag names it to whoever reads the marks of the output, see {@link Mark#owner}; or null
     * @param mark of the characters that are printed between its keys and values
     */
    Dict(@Nullable Object tag, Mark mark) {
        this.tag = tag;
        this.mark = mark;
    }

    /** The form of a key in which equal keys of Python's are equal. */
    private static Object key(@Nullable Object key) {
        if (key == null) {
            return Dict.class;
        }
        if (key instanceof Sequence list && list.kind() != Sequence.Kind.TUPLE || key instanceof Dict) {
            throw JinjaException.type("unhashable type: '" + Types.name(key) + "'");
        }
        if (key instanceof Sequence tuple) {
            // Its hash goes through all it holds, as often as it holds it.
            for (Object item : tuple.items()) {
                if (item instanceof Sequence || item instanceof Dict) {
                    throw JinjaException.limit("a tuple with a tuple or list in it is a dictionary's key");
                }
            }
        }
        if (key instanceof Boolean truth) {
            return truth ? 1L : 0L;
        }
        return key instanceof Double real && real == Math.rint(real) && Math.abs(real) < 1e15
                ? (Object) real.longValue()
                : key;
    }

    Dict put(@Nullable Object key, @Nullable Object value) {
        Object normal = key(key);
        Entry there = entries.get(normal);
        entries.put(normal, new Entry(there == null ? key : there.key(), value));
        return this;
    }

    /** Adds a key of the input. */
    Dict put(String key, @Nullable Object value) {
        return put(new Text(key, mark), value);
    }

    boolean has(@Nullable Object key) {
        noted(key);
        return entries.containsKey(key(key));
    }

    @Nullable
    Object get(@Nullable Object key) {
        noted(key);
        Entry entry = entries.get(key(key));
        return entry == null ? null : entry.value();
    }

    private void noted(@Nullable Object key) {
        if (tag != null && key instanceof Text text) {
            asked.add(text.value());
        }
    }

    /** Whether a template looked for a key of a tagged dictionary. */
    public boolean wasAsked(String key) {
        return asked.contains(key);
    }

    int size() {
        return entries.size();
    }

    List<@Nullable Object> keys() {
        List<@Nullable Object> keys = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> keys.add(entry.key()));
        return keys;
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    @Nullable
    Object tag() {
        return tag;
    }

    Mark mark() {
        return mark;
    }

    Dict copy() {
        Dict copy = new Dict(null, mark);
        copy.entries.putAll(entries);
        return copy;
    }
}
