/** The console output of a run. */
@NullMarked
package io.tune4j.app.console;

import org.jspecify.annotations.NullMarked;
