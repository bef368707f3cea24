package io.tune4j.models.llama.tokenizer;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Jinja's filters that the library lacks, or whose results differ from Python's. */
final class PythonFilters {
    /** What {@code [::-1]} is written as; no template has a filter of this name. */
    static final String BACKWARDS = "backwards_";

    private PythonFilters() {}

    static List<Filter> all() {
        return List.of(
                new ToJson(),
                new Simple("trim", value -> PythonText.strip(text(value), null, true, true)),
                new Simple("string", PythonFilters::text),
                new Simple("items", value -> value instanceof Map<?, ?> map ? map.entrySet() : List.of()),
                new Simple(BACKWARDS, PythonFilters::backwards));
    }

    /** What is missing is nothing. */
    private static String text(@Nullable Object value) {
        return value == null ? "" : PythonText.str(value);
    }

    private static Object backwards(@Nullable Object value) {
        if (value instanceof Collection<?> all) {
            List<Object> list = new ArrayList<>(all);
            Collections.reverse(list);
            return list;
        }
        return new StringBuilder(text(value)).reverse().toString();
    }

    private record Simple(String name, Function<@Nullable Object, Object> function) implements Filter {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
            return function.apply(value);
        }
    }

    /** {@code tojson}, which transformers makes of {@code json.dumps(x, ensure_ascii=False, indent=...)}. */
    private static final class ToJson implements AdvancedFilter {
        @Override
        public String getName() {
            return "tojson";
        }

        @Override
        public Object filter(
                @Nullable Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
            // The first argument is ensure_ascii, the second indent.
            Object indent = named.getOrDefault("indent", arguments.length > 1 ? arguments[1] : null);
            return PythonText.json(value, indent instanceof Number number ? number.intValue() : -1);
        }
    }
}
