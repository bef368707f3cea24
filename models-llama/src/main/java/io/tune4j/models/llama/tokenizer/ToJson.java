package io.tune4j.models.llama.tokenizer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.util.Map;

/** {@code tojson} of chat templates, which writes as Python's {@code json.dumps(x, ensure_ascii=False, indent=...)} does. */
final class ToJson implements AdvancedFilter {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String getName() {
        return "tojson";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
        Object indent = named.getOrDefault("indent", arguments.length > 0 ? arguments[0] : null);
        try {
            return JSON.writer(new PythonStyle(indent instanceof Number number ? number.intValue() : 0))
                    .writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new DataException("the model's chat template cannot write a value as JSON: " + e.getMessage(), e);
        }
    }

    /** A blank behind colons, and behind commas where lines are not broken; empty lists and objects are {@code []} and {@code {}}. */
    private static final class PythonStyle extends DefaultPrettyPrinter {
        private static final long serialVersionUID = 1L;

        private final int indent;

        PythonStyle(int indent) {
            super(new Separators(
                    "",
                    ':',
                    Separators.Spacing.AFTER,
                    ',',
                    indent > 0 ? Separators.Spacing.NONE : Separators.Spacing.AFTER,
                    "",
                    ',',
                    indent > 0 ? Separators.Spacing.NONE : Separators.Spacing.AFTER,
                    ""));
            this.indent = indent;
            Indenter indenter = indent > 0 ? new DefaultIndenter(" ".repeat(indent), "\n") : NopIndenter.instance;
            indentArraysWith(indenter);
            indentObjectsWith(indenter);
        }

        @Override
        public DefaultPrettyPrinter createInstance() {
            return new PythonStyle(indent);
        }

        @Override
        public void writeEndArray(JsonGenerator generator, int values) throws IOException {
            if (values == 0) {
                generator.writeRaw(']');
                _nesting--;
            } else {
                super.writeEndArray(generator, values);
            }
        }
    }
}
