// SPDX-License-Identifier: Apache-2.0
/**
 * The recipe {@code quantize}, which {@code tune export} runs: {@link io.tune4j.export.ExportSource} finds base model and adapter, and
 * {@link io.tune4j.export.ExportRecipe} has them written by the packages below.
 */
@NullMarked
package io.tune4j.export;

import org.jspecify.annotations.NullMarked;
