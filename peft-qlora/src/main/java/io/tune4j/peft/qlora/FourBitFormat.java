package io.tune4j.peft.qlora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Frozen weights in 4-bit NormalFloat (Dettmers et al. 2023). The projections of the numbered layers are quantized; the output
 * projection, which often shares the embedding's weight, stays as it is, as in torchtune.
 */
record FourBitFormat(Scheme scheme) implements WeightFormat {
    private static final Pattern LAYER_NUMBER = Pattern.compile("\\.\\d+\\.");

    /** What torchao quantizes without fp16, whose range its scalers would leave; fp64 is fp32's values in wider products. */
    @Override
    public Set<DType> computeDtypes() {
        return Set.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);
    }

    @Override
    public FrozenLinearFactory factory(
            Backend backend, DType computeDtype, WeightSource weights, Consumer<String> notices) {
        FrozenLinearFactory dense = new DenseFormat().factory(backend, computeDtype, weights, notices);
        FourBitLoader loader = new FourBitLoader(scheme, backend, computeDtype, weights);
        return projections -> projections.stream().allMatch(FourBitFormat::isQuantized)
                ? loader.load(projections)
                : dense.create(projections);
    }

    static boolean isQuantized(Projection projection) {
        return LAYER_NUMBER.matcher(projection.name()).find();
    }
}
