/**
 * Metrics for an MLflow server. {@link io.tune4j.recipes.metrics.mlflow.MlflowLogger} puts values into {@link
 * io.tune4j.recipes.metrics.mlflow.Delivery}, whose thread sends them by {@link io.tune4j.recipes.metrics.mlflow.MlflowServer}: a step
 * never waits for the server, and values wait for it while it is away.
 *
 * <p>The requests are MLflow's REST API over the JDK's HTTP client. MLflow's Java client starts Python's {@code mlflow} to upload an
 * artifact, and has had no release since 2.17.2.
 */
@NullMarked
package io.tune4j.recipes.metrics.mlflow;

import org.jspecify.annotations.NullMarked;
