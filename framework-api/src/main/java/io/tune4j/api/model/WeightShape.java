// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A tensor of a checkpoint.
 *
 * @param name as in the checkpoint
 * @param shape lengths of its dimensions
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record WeightShape(String name, List<Long> shape) {
    public WeightShape {
        shape = List.copyOf(shape);
    }

    public static WeightShape of(String name, long... shape) {
        return new WeightShape(name, Arrays.stream(shape).boxed().toList());
    }

    public long elementCount() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
