/**
 * The recipe {@code serve} and its keys.
 */
@NullMarked
package io.tune4j.server.recipe;

import org.jspecify.annotations.NullMarked;
