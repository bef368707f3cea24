/**
 * Reads a run from its folder. {@link io.tune4j.report.run.RunFiles} follows the files, {@link io.tune4j.report.run.RunLog} has
 * their contents, and {@link io.tune4j.report.run.RunState} is the state of the run.
 */
@NullMarked
package io.tune4j.report.run;

import org.jspecify.annotations.NullMarked;
