/** Events of Java's flight recorder: steps, validations, saved states and memory. {@code jcmd} and JDK Mission Control show them. */
@NullMarked
package io.tune4j.report.flight;

import org.jspecify.annotations.NullMarked;
