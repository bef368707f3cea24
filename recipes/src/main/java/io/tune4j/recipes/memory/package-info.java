/** The memory limit of a run, its measured memory, and the handling of a shortage. */
@NullMarked
package io.tune4j.recipes.memory;

import org.jspecify.annotations.NullMarked;
