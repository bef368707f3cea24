/**
 * Reading a run from its folder. {@link io.tune4j.report.run.RunFiles} follows the files, {@link io.tune4j.report.run.RunLog} holds what
 * they say, and {@link io.tune4j.report.run.RunState} says how the run stands.
 */
@NullMarked
package io.tune4j.report.run;

import org.jspecify.annotations.NullMarked;
