/**
 * The backend SPI: a {@link io.tune4j.api.backend.BackendFactory} makes a {@link io.tune4j.api.backend.Backend}, which is
 * the small mandatory set of kernels plus {@link io.tune4j.api.backend.FusedKernels}, each with a default composition
 * that a fast backend overrides. Nothing of a backend depends on training.
 */
@NullMarked
package io.tune4j.api.backend;

import org.jspecify.annotations.NullMarked;
