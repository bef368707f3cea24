/**
 * A run's record. {@link io.tune4j.report.RunRecorder} stands between a recipe and the user's console: it writes the events that pass to
 * {@code journal.jsonl} ({@code journal}) and makes {@code report.html} ({@code page}) from what {@code run} reads back.
 */
@NullMarked
package io.tune4j.report;

import org.jspecify.annotations.NullMarked;
