/** Writes the journal of a run: one JSON object per line, for each event. */
@NullMarked
package io.tune4j.report.journal;

import org.jspecify.annotations.NullMarked;
