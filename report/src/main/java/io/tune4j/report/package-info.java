/**
 * Records and reports of runs. {@link io.tune4j.report.RunRecorder} is a console between a recipe and the user's console. It
 * writes the recipe's events to {@code journal.jsonl} ({@code journal}), and {@code report.html} ({@code page}) from the files
 * that {@code run} reads.
 */
@NullMarked
package io.tune4j.report;

import org.jspecify.annotations.NullMarked;
