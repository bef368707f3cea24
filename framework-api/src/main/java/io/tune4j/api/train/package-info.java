/**
 * Parts that recipes share and plugins can replace: optimizers, learning-rate schedules, losses and metric loggers. A config
 * section makes a provider: its options are checked, and nothing is allocated.
 */
@NullMarked
package io.tune4j.api.train;

import org.jspecify.annotations.NullMarked;
