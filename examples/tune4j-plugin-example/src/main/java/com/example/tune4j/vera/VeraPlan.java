package com.example.tune4j.vera;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import java.util.List;

/** The adapted projections of one model; nothing is allocated yet. */
record VeraPlan(VeraOptions options, List<Projection> targets) implements PeftPlan {
    long widestIn() {
        return targets.stream().mapToLong(Projection::inFeatures).max().orElse(0);
    }

    long widestOut() {
        return targets.stream().mapToLong(Projection::outFeatures).max().orElse(0);
    }

    @Override
    public boolean drawsPerRow() {
        return false;
    }

    @Override
    public String describe() {
        return "VeRA, rank " + options.rank() + ", " + targets.size() + " projections, " + parameterCount()
                + " parameters";
    }

    /** d {@code [r]} and b {@code [out]} of each projection; the shared matrices are not trained. */
    @Override
    public long parameterCount() {
        return targets.stream()
                .mapToLong(projection -> options.rank() + projection.outFeatures())
                .sum();
    }

    @Override
    public long fileBytes() {
        long shared = options.rank() * (widestIn() + widestOut());
        long headers = 512L * (2L * targets.size() + 3);
        return (parameterCount() + shared) * options.dtype().byteSize() + headers;
    }

    @Override
    public Adapter attach(Backend backend, DType computeDtype, long seed) {
        return new VeraAdapter(this, backend);
    }
}
