// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import static io.tune4j.testkit.promises.ComponentBreaches.breach;

import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.testkit.promises.Altered.Change;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Breaches of what formats of frozen weights promise. */
final class FormatBreaches {
    private static final Class<?> FORMAT = Subjects.OfFormat.class;

    private FormatBreaches() {}

    private static Plugin weight(String method, Change change) {
        return linear(right -> new FrozenLinear(
                right.projections(), Altered.of(FrozenWeight.class, right.weight(), method, change), right.bias()));
    }

    private static Plugin linear(UnaryOperator<FrozenLinear> change) {
        return Specimens.with(
                WeightFormat.class,
                right -> Altered.of(WeightFormat.class, right, "factory", (arguments, original) -> {
                    FrozenLinearFactory factory = (FrozenLinearFactory) original.with(arguments);
                    return (FrozenLinearFactory) projections -> change.apply(factory.create(projections));
                }));
    }

    static Stream<Breach> all() {
        return Stream.of(
                breach(
                        "FrozenWeight.dense",
                        "the weight unpacked",
                        "a little larger",
                        FORMAT,
                        "weightsAreTheStoredOnesUpToRounding",
                        weight("dense", (arguments, original) -> ((Tensor) original.with(arguments))
                                .timesInPlace(1.01))),
                breach(
                        "FrozenWeight.dense",
                        "in the given dtype",
                        "always fp32",
                        FORMAT,
                        "weightsAreTheStoredOnesUpToRounding",
                        weight("dense", (arguments, original) -> original.with(DType.FLOAT32))),
                breach(
                        "FrozenWeight.multiply",
                        "x·Wᵀ",
                        "a product with another weight than the unpacked one",
                        FORMAT,
                        "productsAreThoseOfTheUnpackedWeight",
                        weight("multiply", (arguments, original) -> ((Tensor) original.with(arguments))
                                .timesInPlace(1.001))),
                breach(
                        "FrozenWeight.multiply",
                        "x·Wᵀ + low·up",
                        "the adapter's product is left out",
                        FORMAT,
                        "productsAreThoseOfTheUnpackedWeight",
                        weight(
                                "multiply",
                                (arguments, original) -> arguments.length == 1
                                        ? original.with(arguments)
                                        : original.with(arguments[0], ((Tensor) arguments[1]).times(0), arguments[2]))),
                breach(
                        "FrozenWeight.multiplyBackward",
                        "dy·W",
                        "a product with another weight than the unpacked one",
                        FORMAT,
                        "theForwardAddsTheBiasAndGoesBack",
                        weight("multiplyBackward", (arguments, original) -> ((Tensor) original.with(arguments))
                                .timesInPlace(1.001))),
                breach(
                        "FrozenWeight.inFeatures",
                        "the width of x",
                        "the width of y",
                        FORMAT,
                        "weightsAreTheStoredOnesUpToRounding",
                        weight("inFeatures", (arguments, original) -> 3L)),
                breach(
                        "FrozenWeight.computeDtype",
                        "the dtype that multiply computes in",
                        "the dtype of the storage",
                        FORMAT,
                        "productsAreThoseOfTheUnpackedWeight",
                        weight("computeDtype", (arguments, original) -> DType.UINT8)),
                breach(
                        "WeightFormat.factory",
                        "projections with their biases",
                        "biases are left out",
                        FORMAT,
                        "theForwardAddsTheBiasAndGoesBack",
                        linear(right -> {
                            Tensor bias = right.bias();
                            if (bias != null) {
                                bias.close();
                            }
                            return new FrozenLinear(right.projections(), right.weight(), null);
                        })),
                breach(
                        "FrozenLinear.projections",
                        "what it computes, in the order of the output's columns",
                        "the other way round",
                        FORMAT,
                        "weightsAreTheStoredOnesUpToRounding",
                        linear(right -> new FrozenLinear(
                                IntStream.range(0, right.projections().size())
                                        .mapToObj(i -> right.projections()
                                                .get(right.projections().size() - 1 - i))
                                        .toList(),
                                right.weight(),
                                right.bias()))),
                breach(
                        "FrozenWeight",
                        "neither the tape nor the caller's scope ever keeps an unpacked weight",
                        "each use leaves one behind",
                        FORMAT,
                        "usingAWeightKeepsNothing",
                        weight("multiply", (arguments, original) -> {
                            Tensor y = (Tensor) original.with(arguments);
                            TensorScope.detach(y.copy());
                            return y;
                        })),
                breach(
                        "WeightFormat.asComputed",
                        "the weights with the values that the model computes with",
                        "other values",
                        FORMAT,
                        "whatItComputesWithIsWhatItSays",
                        Specimens.with(
                                WeightFormat.class,
                                right -> Altered.of(
                                        WeightFormat.class,
                                        right,
                                        "asComputed",
                                        (arguments, original) -> Altered.of(
                                                WeightSource.class,
                                                (WeightSource) original.with(arguments),
                                                "load",
                                                (given, load) -> ((Tensor) load.with(given)).timesInPlace(1.1))))));
    }
}
