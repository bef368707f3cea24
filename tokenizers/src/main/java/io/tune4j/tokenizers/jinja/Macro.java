// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a {@code call} block.
 *
 * @param frame in which it was defined, whose variables it sees
 */
record Macro(Signature signature, List<Statement> body, Frame frame) implements Function {
    /**
     * How a macro may be called.
     *
     * @param defaults of the last parameters
     * @param uses the names that its body reads, of which {@code varargs}, {@code kwargs} and {@code caller} have a meaning
     */
    record Signature(String name, List<String> parameters, List<Expression> defaults, java.util.Set<String> uses) {}

    @Override
    public Object call(Frame caller, Arguments arguments) {
        Frame inner = frame.caughtFor(caller);
        List<String> parameters = signature.parameters();
        Map<String, @Nullable Object> left = new LinkedHashMap<>(arguments.named());
        int given = Math.min(parameters.size(), arguments.positional().size());
        int firstDefault = parameters.size() - signature.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            if (i < given) {
                if (left.containsKey(name)) {
                    throw JinjaException.type("macro '" + signature.name() + "' got two values for '" + name + "'");
                }
                inner.set(name, arguments.positional().get(i));
            } else if (left.containsKey(name)) {
                inner.set(name, left.remove(name));
            } else if (i >= firstDefault) {
                inner.set(name, signature.defaults().get(i - firstDefault).evaluate(inner));
            } else {
                inner.set(name, Undefined.of("parameter '" + name + "' was not provided"));
            }
        }
        special(
                inner,
                left,
                arguments.positional().subList(given, arguments.positional().size()));
        Statement.all(body, inner);
        return inner.written();
    }

    private void special(Frame inner, Map<String, @Nullable Object> left, List<@Nullable Object> more) {
        if (signature.uses().contains("caller") && !signature.parameters().contains("caller")) {
            inner.set("caller", left.containsKey("caller") ? left.remove("caller") : Undefined.of("No caller defined"));
        }
        if (signature.uses().contains("kwargs")) {
            Dict named = new Dict();
            left.forEach((name, value) -> named.put(Text.of(name), value));
            inner.set("kwargs", named);
        } else if (!left.isEmpty()) {
            throw JinjaException.type("macro '" + signature.name() + "' takes no keyword argument '"
                    + left.keySet().iterator().next() + "'");
        }
        if (signature.uses().contains("varargs")) {
            inner.set("varargs", Sequence.tuple(more.toArray()));
        } else if (!more.isEmpty()) {
            throw JinjaException.type("macro '" + signature.name() + "' takes not more than "
                    + signature.parameters().size() + " argument(s)");
        }
    }

    @Nullable
    Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> signature.name().isEmpty() ? Attributes.NONE : Text.of(signature.name());
            case "arguments" ->
                Sequence.tuple(signature.parameters().stream().map(Text::of).toArray());
            case "catch_kwargs" -> signature.uses().contains("kwargs");
            case "catch_varargs" -> signature.uses().contains("varargs");
            case "caller" -> signature.uses().contains("caller");
            default -> null;
        };
    }
}
