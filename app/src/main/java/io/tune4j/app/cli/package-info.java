/** The commands of {@code tune}. {@link io.tune4j.app.cli.TuneCommand} is the root. */
@NullMarked
package io.tune4j.app.cli;

import org.jspecify.annotations.NullMarked;
