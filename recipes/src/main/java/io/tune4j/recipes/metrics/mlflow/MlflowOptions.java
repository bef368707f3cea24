// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Options of a logger.
 *
 * @param uri {@code tracking_uri}
 * @param experiment {@code experiment_name}
 * @param runId {@code run_id} of a run to go on with, or null
 * @param runName {@code run_name}, or null for one that the server makes up
 */
record MlflowOptions(
        URI uri,
        String experiment,
        @Nullable String runId,
        @Nullable String runName) {}
