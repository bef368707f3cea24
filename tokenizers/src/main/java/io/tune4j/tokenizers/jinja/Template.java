// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A parsed template. It may be rendered by several threads at once. */
public final class Template {
    private final List<Statement> statements;
    private final Map<String, Statements.Block> blocks;
    private final List<Token> tokens;
    private final @Nullable Clock clock;

    private Template(
            List<Statement> statements,
            Map<String, Statements.Block> blocks,
            List<Token> tokens,
            @Nullable Clock clock) {
        this.statements = statements;
        this.blocks = blocks;
        this.tokens = tokens;
        this.clock = clock;
    }

    /**
     * Parses a template.
     *
     * @param clock tells {@code strftime_now} the time; with null, {@code strftime_now} is not defined
     * @throws JinjaException if it is not valid Jinja, or uses a feature that is not supported
     */
    public static Template parse(String source, @Nullable Clock clock) {
        try {
            List<Token> tokens = Lexer.read(source);
            Parser parser = new Parser(tokens);
            return new Template(parser.parse(), parser.blocks(), tokens, clock);
        } catch (StackOverflowError e) {
            throw JinjaException.limit("it is nested too deeply");
        }
    }

    /** Passes on each text that the template itself has: between its tags, and in its string literals. */
    public void literals(Consumer<String> consumer) {
        for (Token token : tokens) {
            if (token.type() == Token.Type.DATA || token.type() == Token.Type.STRING) {
                consumer.accept(token.text());
            }
        }
    }

    /** Whether the template names something, as a variable, an attribute or in a text. */
    public boolean mentions(String word) {
        return tokens.stream().anyMatch(token -> switch (token.type()) {
            case NAME -> token.text().equals(word);
            case STRING -> token.text().contains(word);
            default -> false;
        });
    }

    /** The names that the template prints without having set them: {@code question} of {@code {{ question.strip() }}}. */
    Set<String> outputNames() {
        Set<String> printed = new TreeSet<>();
        Set<String> set = new TreeSet<>();
        boolean inTag = false;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            inTag = token.type() == Token.Type.TAG_BEGIN || inTag && token.type() != Token.Type.TAG_END;
            if (inTag && token.type() == Token.Type.NAME) {
                set.add(token.text());
            }
            boolean called = i + 1 < tokens.size() && tokens.get(i + 1).is(Token.Type.OPERATOR, "(");
            if (token.type() == Token.Type.NAME && !called && tokens.get(i - 1).type() == Token.Type.OUTPUT_BEGIN) {
                printed.add(token.text());
            }
        }
        printed.removeAll(set);
        printed.removeAll(Set.of("not", "none", "None", "true", "True", "false", "False", "loop", "self"));
        return printed;
    }

    /** Whether the template has {@code generation} blocks. */
    public boolean marksGeneration() {
        for (int i = 1; i < tokens.size(); i++) {
            if (tokens.get(i - 1).type() == Token.Type.TAG_BEGIN
                    && tokens.get(i).is(Token.Type.NAME, "generation")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Renders.
     *
     * @param variables values by name, as {@link Values} makes them
     * @throws JinjaException if the template fails, refuses, or passes a limit
     */
    public Text render(Map<String, ? extends @Nullable Object> variables) {
        Frame frame = Frame.root(new Run(blocks));
        frame.set("self", new Globals.Blocks(blocks));
        if (clock != null) {
            frame.set("strftime_now", (Function) (caller, arguments) -> {
                arguments.need(0, "format");
                return Dates.format(arguments.text(0, "format", Text.EMPTY), clock);
            });
        }
        variables.forEach(frame::set);
        try {
            Statement.all(statements, frame);
        } catch (StackOverflowError e) {
            throw JinjaException.limit("it is nested too deeply");
        }
        return frame.written();
    }
}
