// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import io.tune4j.tokenizers.jinja.Expressions.Call;
import io.tune4j.tokenizers.jinja.Expressions.Constant;
import io.tune4j.tokenizers.jinja.Expressions.Filtered;
import io.tune4j.tokenizers.jinja.Statement.Next;
import io.tune4j.tokenizers.jinja.Statements.Block;
import io.tune4j.tokenizers.jinja.Token.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses statements, as {@code jinja2/parser.py} does. */
final class Parser {
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");

    private final TokenStream stream;
    private final ExpressionParser expressions;
    private final Map<String, Block> blocks = new LinkedHashMap<>();
    /** Loops around the statement that is parsed, within the innermost macro. */
    private int loops;

    Parser(List<Token> tokens) {
        this.stream = new TokenStream(tokens);
        this.expressions = new ExpressionParser(stream);
    }

    /** Parses the whole template. */
    List<Statement> parse() {
        List<Statement> statements = statements(Set.of());
        if (stream.current().type() != Type.END) {
            throw stream.fail("unexpected '" + stream.current().described() + "'");
        }
        if (!stream.unknown().isEmpty()) {
            throw stream.fail(stream.unknown().get(0));
        }
        return statements;
    }

    /** The {@code block}s of the template, after it was parsed. */
    Map<String, Block> blocks() {
        return blocks;
    }

    /** Statements up to a tag with one of the names, which is left as the current token. */
    private List<Statement> statements(Set<String> ends) {
        stream.enter();
        List<Statement> statements = new ArrayList<>();
        while (stream.current().type() != Type.END) {
            Token token = stream.next();
            switch (token.type()) {
                case DATA -> statements.add(new Statements.Data(Text.of(token.text())));
                case OUTPUT_BEGIN -> {
                    statements.add(new Statements.Output(expressions.tuple(true, ""), token.line()));
                    stream.expect(Type.OUTPUT_END, "end of print statement");
                }
                case TAG_BEGIN -> {
                    if (stream.current().type() == Type.NAME
                            && ends.contains(stream.current().text())) {
                        stream.leave();
                        return statements;
                    }
                    statements.add(statement());
                    stream.expect(Type.TAG_END, "end of statement block");
                }
                default -> throw stream.fail("unexpected '" + token.described() + "'");
            }
        }
        if (!ends.isEmpty()) {
            throw stream.fail("Unexpected end of template. Jinja was looking for the following tags: "
                    + String.join(" or ", new java.util.TreeSet<>(ends)) + ".");
        }
        stream.leave();
        return statements;
    }

    /** The body of a tag; the name of the tag that ends it is taken. */
    private List<Statement> body(String end) {
        List<Statement> body = body(Set.of(end));
        stream.next();
        return body;
    }

    private List<Statement> body(Set<String> ends) {
        stream.skipOperator(":");
        stream.expect(Type.TAG_END, "end of statement block");
        return statements(ends);
    }

    private Statement statement() {
        Token tag = stream.current();
        if (tag.type() != Type.NAME) {
            throw stream.fail("tag name expected");
        }
        stream.next();
        return switch (tag.text()) {
            case "for" -> loop(tag.line());
            case "if" -> condition(tag.line());
            case "set" -> assignment(tag.line());
            case "with" -> with();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "filter" -> new Statements.FilterBlock(filterChain(true), body("endfilter"));
            case "generation" -> new Statements.Generation(separate("endgeneration"));
            case "block" -> block();
            case "print" -> print(tag.line());
            case "autoescape" -> autoescape();
            case "break" -> jump(Next.END_OF_LOOP);
            case "continue" -> jump(Next.TURN);
            case "extends", "include", "import", "from" -> other(tag);
            default ->
                throw new JinjaException(
                        JinjaException.Kind.SYNTAX, "Encountered unknown tag '" + tag.text() + "'.", tag.line());
        };
    }

    private Statement jump(Next next) {
        if (loops == 0) {
            throw stream.fail("'break' and 'continue' belong into a loop");
        }
        return new Statements.Jump(next);
    }

    /** A tag that names another template, which is read up to its end. */
    private Statement other(Token tag) {
        while (stream.current().type() != Type.TAG_END && stream.current().type() != Type.END) {
            stream.next();
        }
        return new Statements.Refused(tag.text(), tag.line());
    }

    /** A body that is a function to Jinja, so that no loop around it can be left from within. */
    private List<Statement> separate(String end) {
        int outer = loops;
        loops = 0;
        List<Statement> body = body(end);
        loops = outer;
        return body;
    }

    private Statement print(int line) {
        List<Statement> outputs = new ArrayList<>();
        while (stream.current().type() != Type.TAG_END) {
            if (!outputs.isEmpty()) {
                stream.expectOperator(",");
            }
            outputs.add(new Statements.Output(expressions.expression(), line));
        }
        return frame -> Statement.all(outputs, frame);
    }

    private Statement loop(int line) {
        Target target = targets();
        if (target instanceof Target.Name single && single.name().equals("loop")) {
            throw stream.fail("can't assign to special loop variable in for-loop target");
        }
        stream.expectName("in");
        Expression items = expressions.tuple(false, "recursive");
        Expression test = stream.skipName("if") ? expressions.expression() : null;
        boolean recursive = stream.skipName("recursive");
        loops++;
        List<Statement> body = body(Set.of("endfor", "else"));
        loops--;
        boolean hasElse = stream.next().text().equals("else");
        List<Statement> otherwise = hasElse ? body("endfor") : List.of();
        return new Statements.For(target, items, test, recursive, body, otherwise, line);
    }

    private Statement condition(int line) {
        int known = stream.unknown().size();
        Expression test = expressions.tuple(false, "");
        List<Statement> then = body(Set.of("elif", "else", "endif"));
        Token next = stream.next();
        List<Statement> otherwise =
                switch (next.text()) {
                    case "elif" -> List.of(condition(next.line()));
                    case "else" -> body("endif");
                    default -> List.of();
                };
        stream.forgive(known);
        return new Statements.If(test, then, otherwise, line);
    }

    private Statement assignment(int line) {
        Target target = setTarget();
        if (stream.skipOperator("=")) {
            return new Statements.Assign(target, expressions.tuple(true, ""), line);
        }
        return new Statements.AssignBlock(target, filterChain(false), body("endset"));
    }

    private Target setTarget() {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (targets.size() > 0
                    && (stream.isOperator("=") || stream.current().type() == Type.TAG_END)) {
                several = true;
                break;
            }
            several |= !targets.isEmpty();
            targets.add(target(true));
        } while (stream.skipOperator(","));
        return several ? new Target.Several(targets) : targets.get(0);
    }

    private Target targets() {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            several |= !targets.isEmpty();
            targets.add(target(false));
        } while (stream.skipOperator(","));
        return several ? new Target.Several(targets) : targets.get(0);
    }

    private Target target(boolean withNamespace) {
        if (stream.skipOperator("(")) {
            List<Target> inner = new ArrayList<>();
            while (!stream.skipOperator(")")) {
                inner.add(target(withNamespace));
                if (!stream.isOperator(")")) {
                    stream.expectOperator(",");
                }
            }
            return new Target.Several(inner);
        }
        String name = stream.expect(Type.NAME, "name").text();
        if (CONSTANTS.contains(name)) {
            throw stream.fail("can't assign to '" + name + "'");
        }
        if (withNamespace && stream.skipOperator(".")) {
            stream.reads(name);
            return new Target.Attribute(name, stream.expect(Type.NAME, "name").text());
        }
        return new Target.Name(name);
    }

    private List<Filtered> filterChain(boolean started) {
        List<Filtered> filters = new ArrayList<>();
        if (started) {
            filters.add(expressions.filter(new Constant(null)));
        }
        while (stream.skipOperator("|")) {
            filters.add(expressions.filter(new Constant(null)));
        }
        return filters;
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (stream.current().type() != Type.TAG_END) {
            if (!targets.isEmpty()) {
                stream.expectOperator(",");
            }
            targets.add(target(false));
            stream.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Statements.With(targets, values, body("endwith"));
    }

    private Macro.Signature signature(
            String name, List<String> parameters, List<Expression> defaults, Set<String> outer) {
        Set<String> uses = new HashSet<>(stream.names());
        stream.names().addAll(outer);
        if (uses.contains("caller")
                && parameters.indexOf("caller") >= 0
                && parameters.indexOf("caller") < parameters.size() - defaults.size()) {
            throw stream.fail("the special 'caller' argument must be omitted or be given a default");
        }
        return new Macro.Signature(name, parameters, defaults, uses);
    }

    /** The names read so far, which are none within what follows. */
    private Set<String> startsReading() {
        Set<String> outer = new HashSet<>(stream.names());
        stream.names().clear();
        return outer;
    }

    private Statement macro() {
        String name = stream.expect(Type.NAME, "name").text();
        if (CONSTANTS.contains(name)) {
            throw stream.fail("can't assign to '" + name + "'");
        }
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        Set<String> outer = startsReading();
        List<Statement> body = separate("endmacro");
        return new Statements.MacroDefinition(signature(name, parameters, defaults, outer), body);
    }

    private void parameters(List<String> parameters, List<Expression> defaults) {
        stream.expectOperator("(");
        while (!stream.skipOperator(")")) {
            String name = stream.expect(Type.NAME, "name").text();
            if (CONSTANTS.contains(name)) {
                throw stream.fail("can't assign to '" + name + "'");
            }
            if (parameters.contains(name)) {
                throw stream.fail("duplicate argument '" + name + "' in function definition");
            }
            parameters.add(name);
            if (stream.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw stream.fail("non-default argument follows default argument");
            }
            if (!stream.isOperator(")")) {
                stream.expectOperator(",");
                if (stream.isOperator(")")) {
                    throw stream.fail("expected a parameter after the comma");
                }
            }
        }
    }

    private Statement callBlock() {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (stream.isOperator("(")) {
            parameters(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Call call)) {
            throw stream.fail("expected call");
        }
        Set<String> outer = startsReading();
        List<Statement> body = separate("endcall");
        return new Statements.CallBlock(signature("", parameters, defaults, outer), call, body);
    }

    private Statement block() {
        String name = stream.expect(Type.NAME, "name").text();
        boolean scoped = stream.skipName("scoped");
        boolean required = stream.skipName("required");
        if (stream.isOperator("-")) {
            throw stream.fail("Block names in Jinja have to be valid Python identifiers and may not contain hyphens");
        }
        Block block = new Block(name, separate("endblock"), scoped);
        stream.skipName(name);
        if (blocks.put(name, block) != null) {
            throw stream.fail("block '" + name + "' defined twice");
        }
        if (required) {
            throw stream.fail("a required block needs another template that fills it");
        }
        return block;
    }

    private Statement autoescape() {
        Expression value = expressions.expression();
        if (!(value instanceof Constant constant) || Types.truth(constant.value())) {
            throw new JinjaException(
                    JinjaException.Kind.UNSUPPORTED,
                    "{% autoescape %} is not supported",
                    stream.current().line());
        }
        return new Statements.Scoped(body("endautoescape"));
    }
}
