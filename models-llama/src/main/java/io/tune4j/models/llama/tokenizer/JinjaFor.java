package io.tune4j.models.llama.tokenizer;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateSyntaxException;
import com.hubspot.jinjava.lib.tag.ForTag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.parse.TagToken;
import com.hubspot.jinjava.util.ForLoop;
import com.hubspot.jinjava.util.ObjectIterator;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code for x in y if condition}, which goes over the elements that fulfil the condition, and {@code else} for when there are none.
 * The library knows neither.
 */
final class JinjaFor extends ForTag {
    private static final long serialVersionUID = 1L;

    /** Texts and brackets are passed over; what is left is an {@code if} of the loop's own. */
    private static final Pattern TOKEN =
            Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'|[(\\[{]|[)\\]}]|\\bif\\b");

    private static final Pattern LOOP = Pattern.compile("\\s*\\(?([\\w\\s,]+?)\\)?\\s+in\\s+(.*)", Pattern.DOTALL);

    @Override
    public String interpretUnchecked(TagNode tag, JinjavaInterpreter interpreter) {
        Matcher loop = LOOP.matcher(tag.getHelpers());
        if (!loop.matches()) {
            throw new TemplateSyntaxException(
                    tag.getHelpers(),
                    "for needs names, in, and what to go over",
                    tag.getLineNumber(),
                    tag.getStartPosition());
        }
        List<String> names = List.of(loop.group(1).strip().split("\\s*,\\s*"));
        String expression = loop.group(2);
        int condition = condition(expression);
        String what = condition < 0 ? expression : expression.substring(0, condition);
        Object all = interpreter.resolveELExpression(what, tag.getLineNumber());
        List<Object> chosen = new ArrayList<>();
        ForLoop elements = ObjectIterator.getLoop(all);
        while (elements.hasNext()) {
            Object element = elements.next();
            if (condition < 0) {
                chosen.add(element);
                continue;
            }
            try (JinjavaInterpreter.InterpreterScopeClosable scope = interpreter.enterScope()) {
                assign(interpreter.getContext(), names, element);
                if (ObjectTruthValue.evaluate(
                        interpreter.resolveELExpression(expression.substring(condition + 2), tag.getLineNumber()))) {
                    chosen.add(element);
                }
            }
        }
        List<Node> body = new ArrayList<>();
        List<Node> otherwise = new ArrayList<>();
        List<Node> part = body;
        for (Node child : tag.getChildren()) {
            if (child instanceof TagNode inner && inner.getName().equals("else")) {
                part = otherwise;
            } else {
                part.add(child);
            }
        }
        if (chosen.isEmpty()) {
            return otherwise.stream()
                    .map(child -> child.render(interpreter).getValue())
                    .collect(Collectors.joining());
        }
        TagNode repeated = new TagNode(this, (TagToken) tag.getMaster(), tag.getSymbols());
        repeated.setChildren(new LinkedList<>(body));
        return renderForCollection(repeated, interpreter, names, chosen);
    }

    /** Where the {@code if} is, or -1. */
    private static int condition(String expression) {
        int depth = 0;
        Matcher token = TOKEN.matcher(expression);
        while (token.find()) {
            char first = token.group().charAt(0);
            if (first == 'i' && depth == 0) {
                return token.start();
            }
            depth += "([{".indexOf(first) >= 0 ? 1 : ")]}".indexOf(first) >= 0 ? -1 : 0;
        }
        return -1;
    }

    private static void assign(Context context, List<String> names, Object element) {
        if (names.size() == 1) {
            context.put(names.get(0), element);
        } else if (element instanceof Map.Entry<?, ?> entry) {
            context.put(names.get(0), entry.getKey());
            context.put(names.get(1), entry.getValue());
        } else if (element instanceof List<?> parts) {
            for (int i = 0; i < Math.min(names.size(), parts.size()); i++) {
                context.put(names.get(i), parts.get(i));
            }
        }
    }
}
