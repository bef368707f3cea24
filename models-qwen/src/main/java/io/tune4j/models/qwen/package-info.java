/** The Qwen family: Qwen 2, 2.5 and 3, dense models. */
@NullMarked
package io.tune4j.models.qwen;

import org.jspecify.annotations.NullMarked;
