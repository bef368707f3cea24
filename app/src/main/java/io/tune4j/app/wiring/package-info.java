/** Contributions of plugins by name: Guice maps, and the look-ups in terms of the config on top of them. */
@NullMarked
package io.tune4j.app.wiring;

import org.jspecify.annotations.NullMarked;
