/** The server's metrics, in Prometheus' text format. */
@NullMarked
package io.tune4j.server.metrics;

import org.jspecify.annotations.NullMarked;
