// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import java.util.List;
import org.apiguardian.api.API;

/** A factory of projections that are not trained, for PEFT methods to decorate. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface FrozenLinearFactory extends LinearFactory {
    @Override
    FrozenLinear create(List<Projection> projections);
}
