package io.tune4j.api.nn;

import java.util.List;

/** A factory of projections that are not trained, for PEFT methods to decorate. */
@FunctionalInterface
public interface FrozenLinearFactory extends LinearFactory {
    @Override
    FrozenLinear create(List<Projection> projections);
}
