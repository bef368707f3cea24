// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static io.tune4j.testkit.backend.BackendBreaches.breach;

import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.testkit.promises.Breach;
import java.util.List;
import java.util.stream.Stream;

/** Breaches of the fused kernels. */
final class FusedBreaches {
    private FusedBreaches() {}

    static Stream<Breach> all() {
        Class<?> part = BackendConformance.FusedKernels.class;
        return Stream.of(
                breach(
                        "FusedKernels.geGluBackward",
                        "the gradient with respect to [gate, up]",
                        "the gate has none",
                        part,
                        "geGluAndItsBackward",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor geGluBackward(Tensor outputGradient, Tensor gateUp) {
                                Tensor right = super.geGluBackward(outputGradient, gateUp);
                                right.narrow(1, 0, right.size(1) / 2).fillInPlace(0);
                                return right;
                            }
                        }),
                breach(
                        "FusedKernels.cappedCrossEntropy",
                        "of logits c * tanh(logit / c)",
                        "the cap is left out",
                        part,
                        "cappedCrossEntropyIsThatOfCappedLogits",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public LossAndGradient cappedCrossEntropy(
                                    Tensor hidden, Tensor weight, Tensor labels, double softCap, boolean withGradient) {
                                return linearCrossEntropy(hidden, weight, labels, withGradient);
                            }
                        }),
                breach(
                        "FusedKernels.crossEntropyInPlace",
                        "overwrites the logits with the gradient",
                        "the logits stay",
                        part,
                        "crossEntropyInPlace",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
                                return super.crossEntropyInPlace(logits.copy(), labels);
                            }
                        }),
                breach(
                        "FusedKernels.linearCrossEntropy",
                        "no gradient where none is requested",
                        "a gradient always",
                        part,
                        "linearCrossEntropy",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public LossAndGradient linearCrossEntropy(
                                    Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
                                return super.linearCrossEntropy(hidden, weight, labels, true);
                            }
                        }),
                breach(
                        "FusedKernels.adamW",
                        "one AdamW update",
                        "the weights do not decay",
                        part,
                        "adamWFollowsTheReferenceAndTheFormula",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void adamW(
                                    Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
                                super.adamW(
                                        parameter,
                                        gradient,
                                        mean,
                                        variance,
                                        new AdamWStep(
                                                step.learningRate(),
                                                step.beta1(),
                                                step.beta2(),
                                                step.epsilon(),
                                                0,
                                                step.step()));
                            }
                        }),
                breach(
                        "FusedKernels.adamW",
                        "updates many parameters, each with its own numbers",
                        "the first one's numbers for all",
                        BackendConformance.TensorLists.class,
                        "adamWOfManyIsThatOfEach",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void adamW(List<AdamWUpdate> updates) {
                                super.adamW(updates.stream()
                                        .map(update -> new AdamWUpdate(
                                                update.parameter(),
                                                update.gradient(),
                                                update.mean(),
                                                update.variance(),
                                                updates.get(0).step()))
                                        .toList());
                            }
                        }),
                breach(
                        "FusedKernels.sumOfSquares",
                        "the square of the Euclidean norm",
                        "the norm",
                        BackendConformance.TensorLists.class,
                        "sumOfSquaresIsThatOfAllElements",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor sumOfSquares(List<Tensor> tensors) {
                                return super.sumOfSquares(tensors).apply(UnaryFunction.SQRT);
                            }
                        }),
                breach(
                        "FusedKernels.scaleInPlace",
                        "factor * tensor for each",
                        "the last one is left out",
                        BackendConformance.TensorLists.class,
                        "scalingReachesAllTensors",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void scaleInPlace(List<Tensor> tensors, double factor) {
                                super.scaleInPlace(tensors.subList(0, tensors.size() - 1), factor);
                            }
                        }),
                breach(
                        "FusedKernels.quantizeBlocks",
                        "a block is divided by its largest magnitude",
                        "by half of it",
                        part,
                        "quantizationInBlocksFollowsTheReference",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void quantizeBlocks(
                                    Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
                                super.quantizeBlocks(values, map, codes, scales, blockSize);
                                scales.timesInPlace(0.5);
                            }
                        }),
                breach(
                        "FusedKernels.dequantize",
                        "unpacks a weight in four bits",
                        "the second scale is left out",
                        BackendConformance.FourBitWeights.class,
                        "dequantizeEqualsTheReference",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void dequantize(FourBitCodes weight, Tensor target) {
                                super.dequantize(weight, target);
                                target.timesInPlace(1.125);
                            }
                        }),
                breach(
                        "FusedKernels.multiplyCodes",
                        "multiplies few rows with a weight in four bits",
                        "nothing is computed, and said to be",
                        BackendConformance.FourBitWeights.class,
                        "aProductWithCodesIsThatWithTheirValues",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public boolean multiplyCodes(Tensor x, FourBitCodes weight, Tensor target) {
                                return true;
                            }
                        }),
                breach(
                        "FusedKernels.dequantizeScales",
                        "all backends return the same bits",
                        "the mean is added before the division",
                        BackendConformance.FourBitWeights.class,
                        "scalesFollowTheirFormulaBitForBit",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
                                return super.dequantizeScales(codes, factors, mean)
                                        .timesInPlace(1.0001);
                            }
                        }),
                breach(
                        "FusedKernels.rmsNorm",
                        "x / sqrt(mean(x^2) + epsilon) * weight",
                        "the norm's epsilon is squared",
                        part,
                        "rmsNormAndItsBackward",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
                                return super.rmsNorm(x, weight, epsilon * epsilon);
                            }
                        }),
                breach(
                        "FusedKernels.swiGluBackward",
                        "the gradient with respect to [gate, up]",
                        "gate and up are exchanged going back",
                        part,
                        "swiGluAndItsBackward",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
                                Tensor right = super.swiGluBackward(outputGradient, gateUp);
                                long width = right.size(1) / 2;
                                return Tensor.concatenate(
                                        1, List.of(right.narrow(1, width, width), right.narrow(1, 0, width)));
                            }
                        }),
                breach(
                        "FusedKernels.crossEntropyInPlace",
                        "the sum over rows",
                        "the loss is the mean, not the sum",
                        part,
                        "crossEntropyInPlace",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
                                return super.crossEntropyInPlace(logits, labels).times(1.0 / labels.size(0));
                            }
                        }));
    }
}
