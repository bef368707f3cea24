// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;

/** Metrics of steps that wait for a server, in little memory: some two hundred bytes for each step. */
final class MetricQueue {
    /** MLflow takes no more in a batch. */
    private static final int MOST = 1000;

    private final Deque<Point> points = new ArrayDeque<>();
    private String[] names = {};
    private boolean announced;

    private record Point(long step, long time, String[] names, double[] values) {}

    /**
     * Adds a step's metrics.
     *
     * @return whether somebody must be told that there is something to take
     */
    synchronized boolean add(long step, long time, Map<String, Double> metrics) {
        String[] own = metrics.keySet().toArray(String[]::new);
        // Nearly all steps have the same.
        names = Arrays.equals(own, names) ? names : own;
        double[] values =
                metrics.values().stream().mapToDouble(Double::doubleValue).toArray();
        points.add(new Point(step, time, names, values));
        boolean isNew = !announced;
        announced = true;
        return isNew;
    }

    /** The first metrics, as many as go into a batch; empty if there are none, and then the next addition is told of. */
    synchronized Batch first() {
        ArrayNode metrics = JsonNodeFactory.instance.arrayNode();
        int taken = 0;
        for (Point point : points) {
            if (metrics.size() + point.values.length > MOST && taken > 0) {
                break;
            }
            for (int i = 0; i < point.values.length; i++) {
                ObjectNode metric = metrics.addObject()
                        .put("key", point.names[i])
                        .put("timestamp", point.time)
                        .put("step", point.step);
                double value = point.values[i];
                if (Double.isFinite(value)) {
                    metric.put("value", value);
                } else {
                    // As Protocol Buffers spell it in JSON.
                    metric.put("value", Double.toString(value));
                }
            }
            taken++;
        }
        announced = taken > 0;
        return new Batch(metrics, taken);
    }

    /**
     * Metrics that go together.
     *
     * @param steps that they are of
     */
    record Batch(ArrayNode metrics, int steps) {}

    /** Removes what {@link #first} gave. */
    synchronized void remove(Batch batch) {
        for (int i = 0; i < batch.steps(); i++) {
            points.remove();
        }
    }

    /** Steps that wait. */
    synchronized int size() {
        return points.size();
    }
}
