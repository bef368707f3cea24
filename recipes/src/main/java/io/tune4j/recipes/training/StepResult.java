// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.backend.Backend;
import java.util.List;

/**
 * The result of a step whose update was submitted. Where the device computes ahead of the host, its numbers can be read while the next
 * step runs.
 *
 * @param done number of steps, this one included
 * @param weight the divisor of the sum of its losses
 * @param learningRate of its update
 * @param lossSum of its micro-batches
 * @param squares of its gradient's norm, before it was clipped
 * @param ids of its records, for messages
 */
public record StepResult(
        long done,
        double weight,
        double learningRate,
        Backend.Reading lossSum,
        Backend.Reading squares,
        List<String> ids)
        implements AutoCloseable {
    /** The mean loss per trained token, weighted. */
    public double loss() {
        return lossSum.value() / weight;
    }

    /** The gradient's norm. */
    public double gradientNorm() {
        return Math.sqrt(squares.value());
    }

    @Override
    public void close() {
        lossSum.close();
        squares.close();
    }
}
