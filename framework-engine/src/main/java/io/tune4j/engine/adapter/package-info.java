/** Adapters that lie in folders, and the model sections that describe them. */
@NullMarked
package io.tune4j.engine.adapter;

import org.jspecify.annotations.NullMarked;
