/** What a run may take of memory, what it takes, and what happens when that is too much. */
@NullMarked
package io.tune4j.recipes.memory;

import org.jspecify.annotations.NullMarked;
