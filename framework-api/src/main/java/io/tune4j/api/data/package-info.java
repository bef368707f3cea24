/**
 * From records to tokens: {@link io.tune4j.api.data.Tokenizer}, {@link io.tune4j.api.data.Dataset}, and the providers
 * that configs name, which check their options first and open files later.
 */
@NullMarked
package io.tune4j.api.data;

import org.jspecify.annotations.NullMarked;
