/**
 * What recipes share and plugins can replace: optimizers, learning-rate schedules, losses and metric loggers. Providers
 * are what a config section makes: options checked, nothing allocated.
 */
@NullMarked
package io.tune4j.api.train;

import org.jspecify.annotations.NullMarked;
