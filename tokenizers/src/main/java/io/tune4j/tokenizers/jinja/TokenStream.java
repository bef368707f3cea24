// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import io.tune4j.tokenizers.jinja.Token.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tokens of a template, read from the first to the last. */
final class TokenStream {
    private final List<Token> tokens;
    private final Set<String> names = new HashSet<>();
    private final List<String> unknown = new ArrayList<>();
    private int position;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    Token look() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (position < tokens.size() - 1) {
            position++;
        }
        return token;
    }

    boolean isName(String word) {
        return current().is(Type.NAME, word);
    }

    boolean isOperator(String operator) {
        return current().is(Type.OPERATOR, operator);
    }

    boolean skipName(String word) {
        return isName(word) && next() != null;
    }

    boolean skipOperator(String operator) {
        return isOperator(operator) && next() != null;
    }

    Token expect(Type type, String what) {
        if (current().type() != type) {
            throw fail("expected token '" + what + "', got '" + current().described() + "'");
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw fail("expected token '" + operator + "', got '" + current().described() + "'");
        }
    }

    void expectName(String word) {
        if (!skipName(word)) {
            throw fail("expected token '" + word + "', got '" + current().described() + "'");
        }
    }

    JinjaException fail(String message) {
        return new JinjaException(JinjaException.Kind.SYNTAX, message, current().line());
    }

    /** Counts one more level of nesting. */
    void enter() {
        if (++depth > Limits.DEPTH) {
            throw new JinjaException(
                    JinjaException.Kind.LIMIT,
                    "it is nested more than " + Limits.DEPTH + " deep",
                    current().line());
        }
    }

    void leave() {
        depth--;
    }

    /** Complaints about filters and tests that do not exist. Within a branch they fail when they are used, as in Jinja. */
    List<String> unknown() {
        return unknown;
    }

    /** Takes back all complaints but the first so many. */
    void forgive(int kept) {
        unknown.subList(kept, unknown.size()).clear();
    }

    /** Notes that a variable is read; see {@link #names}. */
    void reads(String name) {
        names.add(name);
    }

    Set<String> names() {
        return names;
    }
}
