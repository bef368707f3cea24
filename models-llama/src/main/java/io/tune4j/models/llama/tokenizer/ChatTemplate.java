package io.tune4j.models.llama.tokenizer;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.exptest.IsIterableExpTest;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import io.tune4j.api.error.DataException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jinjava.javax.el.ExpressionFactory;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's own {@code chat_template}, a Jinja text, rendered as transformers' {@code apply_chat_template} does
 * ({@code utils/chat_template_utils.py}): blocks are trimmed, {@code raise_exception}, {@code strftime_now} and its {@code tojson}
 * are there, and what a message says is never taken for Jinja.
 */
final class ChatTemplate {
    private static final Pattern TAG = Pattern.compile("\\{[%{].*?[%}]}", Pattern.DOTALL);
    /** What the library lacks and would take for undefined, so that something else would come out. */
    private static final Pattern UNKNOWN = Pattern.compile("\\bloop\\.(?:previtem|nextitem|changed)\\b");

    private final Jinjava jinja;
    private final String source;
    private final Map<String, Object> always = new HashMap<>();

    /**
     * Prepares a template.
     *
     * @param bos what {@code bos_token} is, or null
     * @param eos what {@code eos_token} is, or null
     * @throws DataException if it is no Jinja
     */
    ChatTemplate(String text, @Nullable String bos, @Nullable String eos) {
        Matcher unknown = UNKNOWN.matcher(text);
        if (unknown.find()) {
            throw new DataException("the model's chat template uses " + unknown.group()
                    + ", which is not known here; set tokenizer.chat_format to plain, llama2, llama3 or chatml");
        }
        // Jinja drops one newline at a template's end.
        this.source = withoutSteps(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        try (LibraryLoader loader = LibraryLoader.of(Jinjava.class)) {
            this.jinja = create();
            always.put("bos_token", bos == null ? "" : bos);
            always.put("eos_token", eos == null ? "" : eos);
            always.put("documents", null);
            parse(jinja.newInterpreter());
        }
    }

    private Jinjava create() {
        Jinjava made = new PythonJinjava(JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withKeepTrailingNewline(true)
                .withNestedInterpretationEnabled(false)
                .withMaxOutputSize(0)
                .withElResolver(new PythonMethods())
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withKeepNullableLoopValues(true)
                        .withIterateOverMapKeys(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .build())
                .build());
        Context context = made.getGlobalContext();
        context.registerFunction(
                new ELFunctionDefinition("", "raise_exception", TemplateFunctions.class, "raise", String.class));
        // It is no variable and so not "defined": where a template has a date for those who have no clock, that one is
        // taken, because runs are to repeat.
        context.registerFunction(
                new ELFunctionDefinition("", "strftime_now", TemplateFunctions.class, "now", String.class));
        PythonFilters.all().forEach(context::registerFilter);
        context.registerExpTest(new IterableTest());
        context.registerTag(new JinjaFor());
        context.registerTag(new GenerationTag());
        return made;
    }

    /** {@code x[::-1]} as a filter: steps are all that the library does not know of slices. */
    private static String withoutSteps(String text) {
        return TAG.matcher(text)
                .replaceAll(
                        tag -> Matcher.quoteReplacement(tag.group().replace("[::-1]", "|" + PythonFilters.BACKWARDS)));
    }

    private Node parse(JinjavaInterpreter interpreter) {
        Node node = interpreter.parse(source);
        failOnErrors(interpreter);
        return node;
    }

    /**
     * Renders a conversation.
     *
     * @param messages maps with {@code role}, {@code content} and what else a template knows
     * @param tools descriptions of tools, or null
     * @param asks whether the text is to end where the assistant begins to speak
     * @throws DataException with the template's own words, if it refuses the conversation
     */
    String render(List<? extends Map<String, ?>> messages, @Nullable List<?> tools, boolean asks) {
        Context context = new Context(jinja.getGlobalContextCopy(), always);
        context.put("messages", messages);
        context.put("tools", tools);
        context.put("add_generation_prompt", asks);
        JinjavaInterpreter interpreter = new PythonInterpreter(jinja, context, jinja.getGlobalConfig());
        JinjavaInterpreter.pushCurrent(interpreter);
        try (LibraryLoader loader = LibraryLoader.of(Jinjava.class)) {
            String text = interpreter.render(parse(interpreter));
            failOnErrors(interpreter);
            return text;
        } finally {
            JinjavaInterpreter.popCurrent();
        }
    }

    /** The library with expressions and texts as Python has them. */
    private static final class PythonJinjava extends Jinjava {
        private final ExpressionFactory expressions =
                JinjaSyntax.expressions(name -> getGlobalContext().getFilter(name) != null);

        PythonJinjava(JinjavaConfig config) {
            super(config);
        }

        @Override
        public ExpressionFactory getExpressionFactory() {
            return expressions;
        }
    }

    /** Writes what an expression gives as Python does. */
    private static final class PythonInterpreter extends JinjavaInterpreter {
        PythonInterpreter(Jinjava application, Context context, JinjavaConfig config) {
            super(application, context, config);
        }

        @Override
        public String getAsString(@Nullable Object value) {
            return value == null ? "" : PythonText.str(value);
        }
    }

    /** {@code generation}, around what the assistant said. */
    private static final class GenerationTag implements Tag {
        private static final long serialVersionUID = 1L;

        @Override
        public String getName() {
            return "generation";
        }

        @Override
        public String getEndTagName() {
            return "endgeneration";
        }

        @Override
        public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
            StringBuilder text = new StringBuilder();
            tag.getChildren()
                    .forEach(child -> text.append(child.render(interpreter).getValue()));
            return text.toString();
        }
    }

    /** A text is iterable, as in Python. */
    private static final class IterableTest extends IsIterableExpTest {
        @Override
        public boolean evaluate(@Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
            return value instanceof CharSequence
                    || value instanceof Map<?, ?>
                    || super.evaluate(value, interpreter, arguments);
        }
    }

    private static void failOnErrors(JinjavaInterpreter interpreter) {
        for (TemplateError error : interpreter.getErrors()) {
            if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
                throw new DataException(reason(error), error.getException());
            }
        }
    }

    private static String reason(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof TemplateFunctions.Raised) {
                return "the model's chat template says: " + cause.getMessage();
            }
        }
        return "the model's chat template cannot be rendered (line " + error.getLineno() + "): " + error.getMessage();
    }
}
