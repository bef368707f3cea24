/**
 * An interpreter for chat templates: the Jinja 3.1 that transformers sets up in {@code utils/chat_template_utils.py}, with its
 * sandbox, {@code trim_blocks}, {@code lstrip_blocks}, loop controls, {@code generation} blocks and {@code tojson}.
 *
 * <p>{@link io.tune4j.tokenizers.jinja.Template} is the entry: it parses a text once ({@code Lexer}, {@code Parser}) into a tree of
 * {@code Statement}s and {@code Expression}s, which execute themselves in a {@code Frame}. Values are Python's: {@code null} is
 * {@code None}, numbers are {@code Long}, {@code BigInteger} and {@code Double}, and the other types have classes here ({@link
 * io.tune4j.tokenizers.jinja.Text}, {@link io.tune4j.tokenizers.jinja.Dict}, {@code Sequence}, {@code Undefined}). No Java object
 * is reached by reflection.
 *
 * <p>Every character of a {@code Text} carries a {@link io.tune4j.tokenizers.jinja.Mark}: which value of the input it came from, and
 * during which turn of a loop it was written. String methods, filters and operators keep the marks. So the rendered text says for each
 * character whether the template wrote it or a message did.
 *
 * <p>{@code Limits} bounds steps, output and nesting, because templates are downloaded from strangers.
 */
@NullMarked
package io.tune4j.tokenizers.jinja;

import org.jspecify.annotations.NullMarked;
