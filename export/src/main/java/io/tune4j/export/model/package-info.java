// SPDX-License-Identifier: Apache-2.0
/**
 * Models between Hugging Face's names and llama.cpp's: a {@link io.tune4j.export.model.GgufFamily} for each architecture that
 * llama.cpp has, {@link io.tune4j.export.model.HfModel} for a model's folder, and {@link io.tune4j.export.model.GgufExport}, which
 * writes one file from the other.
 */
@NullMarked
package io.tune4j.export.model;

import org.jspecify.annotations.NullMarked;
