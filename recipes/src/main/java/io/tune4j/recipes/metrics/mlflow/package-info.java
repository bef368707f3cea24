/**
 * Metrics for an MLflow server. {@link io.tune4j.recipes.metrics.mlflow.MlflowLogger} puts values into {@link
 * io.tune4j.recipes.metrics.mlflow.Delivery}, whose thread sends them by {@link io.tune4j.recipes.metrics.mlflow.MlflowServer}: a step
 * never waits for the server, and values wait for it while it is away.
 */
@NullMarked
package io.tune4j.recipes.metrics.mlflow;

import org.jspecify.annotations.NullMarked;
