/** Counts what the server does, in the text format of Prometheus. */
@NullMarked
package io.tune4j.server.metrics;

import org.jspecify.annotations.NullMarked;
