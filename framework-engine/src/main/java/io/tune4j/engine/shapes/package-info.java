/**
 * A backend whose arrays have shapes but no elements. What a run does on it costs nothing and tells how much memory and how many
 * operations the same run takes on a real one.
 */
@NullMarked
package io.tune4j.engine.shapes;

import org.jspecify.annotations.NullMarked;
