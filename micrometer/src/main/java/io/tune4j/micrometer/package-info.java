/**
 * The component {@code MicrometerLogger}. A program that embeds a run has this on its class path and adds its registries to {@link
 * io.micrometer.core.instrument.Metrics#globalRegistry}, as Spring Boot and Quarkus do by themselves.
 */
@NullMarked
package io.tune4j.micrometer;

import org.jspecify.annotations.NullMarked;
