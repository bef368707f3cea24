/** Feeds readers of foreign files with broken ones. */
@NullMarked
package io.tune4j.testkit.fuzz;

import org.jspecify.annotations.NullMarked;
