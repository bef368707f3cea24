// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.flight;

import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.MemoryMeasured;
import io.tune4j.api.recipe.RunEvent.Peak;
import io.tune4j.api.recipe.RunEvent.Saved;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.api.recipe.RunEvent.Validated;

/** Passes a run's events to Java's flight recorder. Without a recording, an event costs one comparison. */
public final class FlightEvents {
    private FlightEvents() {}

    public static void tell(RunEvent event) {
        if (event instanceof Stepped stepped) {
            tell(stepped);
        } else if (event instanceof Validated validated) {
            ValidationEvent flight = new ValidationEvent();
            flight.step = validated.step();
            flight.loss = validated.loss();
            flight.commit();
        } else if (event instanceof Saved saved) {
            CheckpointEvent flight = new CheckpointEvent();
            flight.step = saved.step();
            flight.folder = saved.folder().toString();
            flight.commit();
        } else if (event instanceof MemoryMeasured memory) {
            memory.peaks().forEach(FlightEvents::tell);
        }
    }

    private static void tell(Stepped stepped) {
        StepEvent flight = new StepEvent();
        if (flight.isEnabled()) {
            flight.step = stepped.step();
            flight.loss = metric(stepped, "loss");
            flight.learningRate = metric(stepped, "lr");
            flight.gradientNorm = metric(stepped, "grad_norm");
            flight.tokensPerSecond = metric(stepped, "tokens_per_second");
            flight.seconds = metric(stepped, "step_seconds");
            flight.commit();
        }
    }

    private static double metric(Stepped stepped, String name) {
        return stepped.metrics().getOrDefault(name, Double.NaN);
    }

    private static void tell(Peak peak) {
        MemoryEvent flight = new MemoryEvent();
        flight.phase = peak.phase();
        flight.peak = peak.bytes();
        flight.fileBacked = peak.fileBacked();
        flight.commit();
    }
}
