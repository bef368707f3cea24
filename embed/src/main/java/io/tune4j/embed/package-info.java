/**
 * One entry point: {@link io.tune4j.embed.FineTune} takes a config and listeners and runs it; {@link io.tune4j.embed.FineTuned} holds
 * the result. Plugins are those on the class path or module path, or those of an installed distribution.
 */
@NullMarked
package io.tune4j.embed;

import org.jspecify.annotations.NullMarked;
