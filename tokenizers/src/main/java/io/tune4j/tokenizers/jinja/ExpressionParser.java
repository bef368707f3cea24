// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import io.tune4j.tokenizers.jinja.Expressions.Arithmetic;
import io.tune4j.tokenizers.jinja.Expressions.Attribute;
import io.tune4j.tokenizers.jinja.Expressions.Call;
import io.tune4j.tokenizers.jinja.Expressions.Comparison;
import io.tune4j.tokenizers.jinja.Expressions.Concatenation;
import io.tune4j.tokenizers.jinja.Expressions.Conditional;
import io.tune4j.tokenizers.jinja.Expressions.Constant;
import io.tune4j.tokenizers.jinja.Expressions.Either;
import io.tune4j.tokenizers.jinja.Expressions.Filtered;
import io.tune4j.tokenizers.jinja.Expressions.Given;
import io.tune4j.tokenizers.jinja.Expressions.Item;
import io.tune4j.tokenizers.jinja.Expressions.Items;
import io.tune4j.tokenizers.jinja.Expressions.Name;
import io.tune4j.tokenizers.jinja.Expressions.Not;
import io.tune4j.tokenizers.jinja.Expressions.Pairs;
import io.tune4j.tokenizers.jinja.Expressions.Sign;
import io.tune4j.tokenizers.jinja.Expressions.Slice;
import io.tune4j.tokenizers.jinja.Expressions.Tested;
import io.tune4j.tokenizers.jinja.Token.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions, with the precedence of {@code jinja2/parser.py}. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NO_ARGUMENT = Set.of("else", "or", "and");

    private final TokenStream stream;

    ExpressionParser(TokenStream stream) {
        this.stream = stream;
    }

    /**
     * One expression, or several with commas between, which are a tuple.
     *
     * @param conditional whether {@code a if b} is one
     * @param end the word that may follow a comma at the end, or an empty text
     */
    Expression tuple(boolean conditional, String end) {
        return tuple(conditional, end, false);
    }

    private Expression tuple(boolean conditional, String end, boolean mayBeEmpty) {
        List<Expression> items = new ArrayList<>();
        boolean isTuple = false;
        while (!endsTuple(end)) {
            items.add(expression(conditional));
            if (!stream.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (isTuple || items.isEmpty() && mayBeEmpty) {
            return new Items(items, Sequence.Kind.TUPLE);
        }
        if (items.isEmpty()) {
            throw stream.fail("Expected an expression, got '" + stream.current().described() + "'");
        }
        return items.get(0);
    }

    private boolean endsTuple(String end) {
        Type type = stream.current().type();
        return type == Type.OUTPUT_END || type == Type.TAG_END || stream.isOperator(")") || stream.isName(end);
    }

    Expression expression() {
        return expression(true);
    }

    private Expression expression(boolean conditional) {
        stream.enter();
        Expression parsed = conditional ? conditional() : or();
        stream.leave();
        return parsed;
    }

    private Expression conditional() {
        int known = stream.unknown().size();
        Expression value = or();
        while (stream.skipName("if")) {
            Expression test = or();
            Expression otherwise = null;
            if (stream.skipName("else")) {
                stream.enter();
                otherwise = conditional();
                stream.leave();
            }
            value = new Conditional(test, value, otherwise);
            stream.forgive(known);
        }
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (stream.skipName("or")) {
            left = new Either(left, and(), false);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (stream.skipName("and")) {
            left = new Either(left, not(), true);
        }
        return left;
    }

    private Expression not() {
        if (!stream.skipName("not")) {
            return comparison();
        }
        stream.enter();
        Expression negated = new Not(not());
        stream.leave();
        return negated;
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>();
        while (true) {
            if (stream.current().type() == Type.OPERATOR
                    && COMPARISONS.contains(stream.current().text())) {
                operators.add(stream.next().text());
            } else if (stream.skipName("in")) {
                operators.add("in");
            } else if (stream.isName("not") && stream.look().is(Type.NAME, "in")) {
                stream.next();
                stream.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Comparison(first, operators, operands);
            }
            operands.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (stream.isOperator("+") || stream.isOperator("-")) {
            left = new Arithmetic(stream.next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (stream.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (stream.isOperator("*") || stream.isOperator("/") || stream.isOperator("//") || stream.isOperator("%")) {
            left = new Arithmetic(stream.next().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (stream.isOperator("**")) {
            left = new Arithmetic(stream.next().text(), left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        Expression value;
        if (stream.isOperator("-") || stream.isOperator("+")) {
            boolean minus = stream.next().text().equals("-");
            stream.enter();
            value = new Sign(unary(false), minus);
            stream.leave();
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilters ? filters(value) : value;
    }

    private Expression primary() {
        Token token = stream.current();
        switch (token.type()) {
            case NAME:
                stream.next();
                return name(token.text());
            case STRING:
                StringBuilder text = new StringBuilder();
                while (stream.current().type() == Type.STRING) {
                    text.append(stream.next().text());
                }
                return new Constant(Text.of(text.toString()));
            case NUMBER:
                stream.next();
                return new Constant(token.number());
            default:
                break;
        }
        if (stream.skipOperator("(")) {
            Expression inner = tuple(true, "", true);
            stream.expectOperator(")");
            return inner;
        }
        if (stream.skipOperator("[")) {
            List<Expression> items = new ArrayList<>();
            while (!stream.skipOperator("]")) {
                items.add(expression());
                separator("]");
            }
            return new Items(items, Sequence.Kind.LIST);
        }
        if (stream.skipOperator("{")) {
            List<Map.Entry<Expression, Expression>> pairs = new ArrayList<>();
            while (!stream.skipOperator("}")) {
                Expression key = expression();
                stream.expectOperator(":");
                pairs.add(Map.entry(key, expression()));
                separator("}");
            }
            return new Pairs(pairs);
        }
        throw stream.fail("unexpected '" + token.described() + "'");
    }

    /** A comma, unless the list ends. */
    private void separator(String end) {
        if (!stream.isOperator(end)) {
            stream.expectOperator(",");
        }
    }

    private Expression name(String name) {
        switch (name) {
            case "true", "True":
                return new Constant(true);
            case "false", "False":
                return new Constant(false);
            case "none", "None":
                return new Constant(null);
            default:
                stream.reads(name);
                return new Name(name);
        }
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            if (stream.isOperator(".") || stream.isOperator("[")) {
                result = subscript(result);
            } else if (stream.isOperator("(")) {
                int line = stream.current().line();
                result = new Call(result, arguments(), line);
            } else {
                return result;
            }
        }
    }

    private Expression subscript(Expression value) {
        if (stream.skipOperator(".")) {
            Token name = stream.next();
            if (name.type() == Type.NAME) {
                return new Attribute(value, name.text());
            }
            if (name.number() == null || name.number() instanceof Double) {
                throw stream.fail("expected name or number");
            }
            return new Item(value, new Constant(name.number()));
        }
        stream.expectOperator("[");
        List<Expression> keys = new ArrayList<>();
        Expression single = value;
        while (!stream.isOperator("]")) {
            if (!keys.isEmpty() || single != value) {
                stream.expectOperator(",");
            }
            if (stream.isOperator(":")) {
                single = slice(value, null);
            } else {
                Expression key = expression();
                if (stream.isOperator(":")) {
                    single = slice(value, key);
                } else {
                    keys.add(key);
                }
            }
        }
        stream.expectOperator("]");
        if (single != value) {
            if (!keys.isEmpty()) {
                throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "slices in tuples are not supported");
            }
            return single;
        }
        return new Item(value, keys.size() == 1 ? keys.get(0) : new Items(keys, Sequence.Kind.TUPLE));
    }

    private Expression slice(Expression value, @Nullable Expression start) {
        stream.expectOperator(":");
        Expression stop = bound();
        Expression step = stream.skipOperator(":") ? bound() : null;
        return new Slice(value, start, stop, step);
    }

    private @Nullable Expression bound() {
        return stream.isOperator(":") || stream.isOperator("]") || stream.isOperator(",") ? null : expression();
    }

    private Given arguments() {
        stream.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression more = null;
        Expression moreNamed = null;
        while (!stream.skipOperator(")")) {
            boolean ordered = true;
            if (stream.skipOperator("*")) {
                ordered = more == null && moreNamed == null;
                more = expression();
            } else if (stream.skipOperator("**")) {
                ordered = moreNamed == null;
                moreNamed = expression();
            } else if (stream.current().type() == Type.NAME && stream.look().is(Type.OPERATOR, "=")) {
                ordered = moreNamed == null;
                String name = stream.next().text();
                stream.next();
                if (named.put(name, expression()) != null) {
                    throw stream.fail("keyword argument repeated: " + name);
                }
            } else {
                ordered = more == null && moreNamed == null && named.isEmpty();
                positional.add(expression());
            }
            if (!ordered) {
                throw stream.fail("invalid syntax for function call expression");
            }
            separator(")");
        }
        return new Given(positional, named, more, moreNamed);
    }

    private Expression filters(Expression value) {
        Expression result = value;
        while (true) {
            if (stream.skipOperator("|")) {
                result = filter(result);
            } else if (stream.isName("is")) {
                result = test(result);
            } else if (stream.isOperator("(")) {
                int line = stream.current().line();
                result = new Call(result, arguments(), line);
            } else {
                return result;
            }
        }
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(stream.expect(Type.NAME, "name").text());
        while (stream.skipOperator(".")) {
            name.append('.').append(stream.expect(Type.NAME, "name").text());
        }
        return name.toString();
    }

    /** A filter, after its bar. */
    Filtered filter(Expression value) {
        String name = dotted();
        Given given = stream.isOperator("(") ? arguments() : Given.NONE;
        Filter filter = Filters.find(name);
        if (filter == null) {
            stream.unknown().add("No filter named '" + name + "'.");
            filter = (frame, ignored, arguments) -> {
                throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "No filter named '" + name + "'.");
            };
        }
        return new Filtered(value, name, filter, given);
    }

    private Expression test(Expression value) {
        stream.expectName("is");
        boolean negated = stream.skipName("not");
        String name = dotted();
        Given given = Given.NONE;
        Token next = stream.current();
        boolean operand = next.type() == Type.NAME && !NO_ARGUMENT.contains(next.text())
                || next.type() == Type.STRING
                || next.type() == Type.NUMBER
                || stream.isOperator("[")
                || stream.isOperator("{");
        if (stream.isOperator("(")) {
            given = arguments();
        } else if (operand) {
            if (stream.isName("is")) {
                throw stream.fail("You cannot chain multiple tests with is");
            }
            given = new Given(List.of(postfix(primary())), Map.of(), null, null);
        }
        Tests.Test test = Tests.find(name);
        if (test == null) {
            stream.unknown().add("No test named '" + name + "'.");
            test = (frame, ignored, arguments) -> {
                throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "No test named '" + name + "'.");
            };
        }
        Expression tested = new Tested(value, test, given);
        return negated ? new Not(tested) : tested;
    }
}
