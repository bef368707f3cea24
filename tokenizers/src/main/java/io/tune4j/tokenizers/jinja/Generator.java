// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** An iterator of Python's, which can be gone through once: what {@code map}, {@code select} and {@code reverse} give. */
record Generator(Iterator<@Nullable Object> items) {}
