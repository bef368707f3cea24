// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import java.util.List;
import org.apiguardian.api.API;

/**
 * Parameters that learn at one rate.
 *
 * @param rateFactor what the optimizer's learning rate is multiplied by for them
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ParameterGroup(List<Parameter> parameters, double rateFactor) {
    public ParameterGroup {
        parameters = List.copyOf(parameters);
    }

    /** All parameters at the optimizer's own rate. */
    public static List<ParameterGroup> single(List<Parameter> parameters) {
        return List.of(new ParameterGroup(parameters, 1));
    }
}
