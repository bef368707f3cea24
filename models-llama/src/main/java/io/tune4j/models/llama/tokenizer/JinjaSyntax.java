package io.tune4j.models.llama.tokenizer;

import com.hubspot.jinjava.el.ExtendedSyntaxBuilder;
import com.hubspot.jinjava.el.TruthyTypeConverter;
import com.hubspot.jinjava.el.ext.AdditionOperator;
import com.hubspot.jinjava.el.ext.AstNamedParameter;
import com.hubspot.jinjava.el.ext.ExtendedParser;
import com.hubspot.jinjava.el.ext.NamedParameterOperator;
import com.hubspot.jinjava.el.ext.StringConcatOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import jinjava.de.odysseus.el.ExpressionFactoryImpl;
import jinjava.de.odysseus.el.misc.NumberOperations;
import jinjava.de.odysseus.el.misc.TypeConverter;
import jinjava.de.odysseus.el.tree.TreeStore;
import jinjava.de.odysseus.el.tree.impl.Builder;
import jinjava.de.odysseus.el.tree.impl.Cache;
import jinjava.de.odysseus.el.tree.impl.Parser;
import jinjava.de.odysseus.el.tree.impl.Scanner.ScanException;
import jinjava.de.odysseus.el.tree.impl.Scanner.Symbol;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary;
import jinjava.de.odysseus.el.tree.impl.ast.AstIdentifier;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstParameters;
import jinjava.de.odysseus.el.tree.impl.ast.AstUnary;
import jinjava.javax.el.ExpressionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Expressions where the library's differ from Jinja's: {@code +} joins texts with texts only, {@code ~} writes values as Python does,
 * {@code not} is about the whole comparison or test behind it, and a named argument's value is a whole expression.
 */
final class JinjaSyntax extends ExtendedSyntaxBuilder {
    private static final long serialVersionUID = 1L;
    private static final int EXPRESSIONS = 1000;

    private final transient Predicate<String> isFilter;

    private JinjaSyntax(Predicate<String> isFilter) {
        super(Builder.Feature.METHOD_INVOCATIONS, Builder.Feature.NULL_PROPERTIES, Builder.Feature.VARARGS);
        this.isFilter = isFilter;
    }

    /**
     * Makes them.
     *
     * @param isFilter whether there is a filter of a name
     */
    static ExpressionFactory expressions(Predicate<String> isFilter) {
        return new ExpressionFactoryImpl(
                new TreeStore(new JinjaSyntax(isFilter), new Cache(EXPRESSIONS)), new TruthyTypeConverter());
    }

    @Override
    protected Parser createParser(String expression) {
        return new PythonParser(this, expression, isFilter);
    }

    private static final class PythonParser extends ExtendedParser {
        private final Predicate<String> isFilter;

        PythonParser(Builder context, String input, Predicate<String> isFilter) {
            super(context, input);
            this.isFilter = isFilter;
            putExtensionHandler(StringConcatOperator.TOKEN, new ExtensionHandler(ExtensionPoint.ADD) {
                @Override
                public AstNode createAstNode(AstNode... operands) {
                    return createAstBinary(operands[0], operands[1], Tilde.OPERATOR);
                }
            });
        }

        @Override
        protected AstBinary createAstBinary(AstNode left, AstNode right, AstBinary.Operator operator) {
            if (operator == AstBinary.ADD || operator == AdditionOperator.OP) {
                return super.createAstBinary(left, right, Plus.OPERATOR);
            }
            if (operator == AstBinary.MUL) {
                return super.createAstBinary(left, right, Times.OPERATOR);
            }
            return super.createAstBinary(left, right, operator);
        }

        /** The library would give nothing for a filter that it does not know. */
        @Override
        protected AstIdentifier createAstIdentifier(String name, int index) {
            if (name.startsWith(FILTER_PREFIX) && !isFilter.test(name.substring(FILTER_PREFIX.length()))) {
                throw new IllegalArgumentException("unknown filter " + name.substring(FILTER_PREFIX.length()));
            }
            return super.createAstIdentifier(name, index);
        }

        /** {@code not} binds less than comparisons and tests. */
        @Override
        protected AstNode eq(boolean required) throws ScanException, ParseException {
            if (getToken().getSymbol() != Symbol.NOT) {
                return super.eq(required);
            }
            consumeToken();
            return createAstUnary(eq(true), AstUnary.NOT);
        }

        @Override
        protected AstParameters params(Symbol left, Symbol right) throws ScanException, ParseException {
            consumeToken(left);
            List<AstNode> parameters = new ArrayList<>();
            if (getToken().getSymbol() != right) {
                parameters.add(parameter());
                while (getToken().getSymbol() == Symbol.COMMA) {
                    consumeToken();
                    parameters.add(parameter());
                }
            }
            consumeToken(right);
            return createAstParameters(parameters);
        }

        private AstNode parameter() throws ScanException, ParseException {
            if (getToken().getSymbol() == Symbol.IDENTIFIER && lookahead(0) == NamedParameterOperator.TOKEN) {
                String name = consumeToken().getImage();
                consumeToken();
                return new AstNamedParameter(identifier(name), expr(true));
            }
            return expr(true);
        }
    }

    private static final class Plus extends AstBinary.SimpleOperator {
        private static final Plus OPERATOR = new Plus();

        @Override
        protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
            if (left instanceof CharSequence && right instanceof CharSequence) {
                return left.toString().concat(right.toString());
            }
            if (left instanceof CharSequence || right instanceof CharSequence || left == null || right == null) {
                throw new IllegalArgumentException(
                        "+ joins text with text, not " + kind(left) + " with " + kind(right) + " (~ joins all)");
            }
            return new Added().apply(converter, left, right);
        }

        private static String kind(@Nullable Object value) {
            return value == null ? "what is missing" : value instanceof CharSequence ? "text" : PythonText.repr(value);
        }

        /** Gives access to the library's operator. */
        private static final class Added extends AdditionOperator {
            @Override
            protected Object apply(TypeConverter converter, Object left, Object right) {
                return super.apply(converter, left, right);
            }
        }

        @Override
        public String toString() {
            return "+";
        }
    }

    private static final class Tilde extends AstBinary.SimpleOperator {
        private static final Tilde OPERATOR = new Tilde();

        @Override
        protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
            return text(left).concat(text(right));
        }

        /** What is missing is nothing; the library cannot tell it from Python's None. */
        private static String text(@Nullable Object value) {
            return value == null ? "" : PythonText.str(value);
        }

        @Override
        public String toString() {
            return "~";
        }
    }

    private static final class Times extends AstBinary.SimpleOperator {
        private static final Times OPERATOR = new Times();

        @Override
        protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
            if (left instanceof CharSequence && right instanceof Number count) {
                return left.toString().repeat(Math.max(0, count.intValue()));
            }
            return right instanceof CharSequence && left instanceof Number
                    ? apply(converter, right, left)
                    : NumberOperations.mul(converter, left, right);
        }

        @Override
        public String toString() {
            return "*";
        }
    }
}
