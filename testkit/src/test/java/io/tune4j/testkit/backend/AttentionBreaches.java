// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static io.tune4j.testkit.backend.BackendBreaches.breach;
import static io.tune4j.testkit.backend.BackendBreaches.shaped;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.testkit.promises.Breach;
import java.util.List;
import java.util.stream.Stream;

/** Breaches of attention, rotary positions and gradients. */
final class AttentionBreaches {
    private AttentionBreaches() {}

    static Stream<Breach> all() {
        return Stream.of(
                breach(
                        "FusedKernels.cachedAttention",
                        "each row attends to what its sequence has kept",
                        "the window is left out",
                        BackendConformance.Attention.class,
                        "cachedAttentionIsThatOfTheWholeSequences",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor cachedAttention(
                                    Tensor fused, List<CachedSequence> sequences, AttentionShape shape) {
                                AttentionShape open = new AttentionShape(
                                        shape.heads(),
                                        shape.keyValueHeads(),
                                        shape.headSize(),
                                        0,
                                        shape.scale(),
                                        shape.softCap());
                                return super.cachedAttention(fused, sequences, open);
                            }
                        }),
                breach(
                        "AttentionShape.window",
                        "rows see the last so many",
                        "the window is left out",
                        BackendConformance.Attention.class,
                        "attentionIsSoftmaxAttention",
                        threads -> shaped(shape -> new AttentionShape(
                                shape.heads(),
                                shape.keyValueHeads(),
                                shape.headSize(),
                                0,
                                shape.scale(),
                                shape.softCap()))),
                breach(
                        "AttentionShape.scale",
                        "scores times the scale",
                        "always 1 / sqrt(headSize)",
                        BackendConformance.Attention.class,
                        "attentionIsSoftmaxAttention",
                        threads -> shaped(shape -> new AttentionShape(
                                shape.heads(),
                                shape.keyValueHeads(),
                                shape.headSize(),
                                shape.window(),
                                1 / Math.sqrt(shape.headSize()),
                                shape.softCap()))),
                breach(
                        "AttentionShape.softCap",
                        "c * tanh(score / c)",
                        "the cap is left out",
                        BackendConformance.Attention.class,
                        "attentionIsSoftmaxAttention",
                        threads -> shaped(shape -> new AttentionShape(
                                shape.heads(),
                                shape.keyValueHeads(),
                                shape.headSize(),
                                shape.window(),
                                shape.scale(),
                                0))),
                breach(
                        "FusedKernels.attentionBackward",
                        "the gradient with respect to q, k and v",
                        "none of v where a window is shorter than the sequence",
                        BackendConformance.VectorJacobianProducts.class,
                        "raggedAttention",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor attentionBackward(
                                    Tensor outputGradient,
                                    Tensor fused,
                                    Attended attended,
                                    SequenceLayout layout,
                                    AttentionShape shape) {
                                Tensor right = super.attentionBackward(outputGradient, fused, attended, layout, shape);
                                if (shape.window() > 0 && layout.longest() > shape.window()) {
                                    right.narrow(1, shape.querySize() + shape.keyValueSize(), shape.keyValueSize())
                                            .fillInPlace(0);
                                }
                                return right;
                            }
                        }),
                breach(
                        "FusedKernels.rotaryInPlace",
                        "elements from 2 * half on stay",
                        "they are set to zero",
                        BackendConformance.Attention.class,
                        "aPartOfAHeadTurns",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void rotaryInPlace(
                                    Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
                                super.rotaryInPlace(fused, cos, sin, shape, inverse);
                                long turned = 2 * cos.size(1);
                                if (turned < shape.headSize()) {
                                    fused.narrow(1, turned, shape.headSize() - turned)
                                            .fillInPlace(0);
                                }
                            }
                        }),
                breach(
                        "FusedKernels.attention",
                        "each sequence of the layout over itself",
                        "sequences see each other",
                        BackendConformance.Attention.class,
                        "sequencesDoNotSeeEachOtherNorTheFuture",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
                                return super.attention(fused, SequenceLayout.ofLengths(layout.rows()), shape);
                            }
                        }),
                breach(
                        "FusedKernels.rotaryInPlace",
                        "inverse turns by the negative angle",
                        "going back turns forward",
                        BackendConformance.Attention.class,
                        "rotationFollowsTheReferenceAndTurnsBack",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void rotaryInPlace(
                                    Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
                                super.rotaryInPlace(fused, cos, sin, shape, false);
                            }
                        }),
                breach(
                        "FusedKernels.rmsNormBackward",
                        "the gradient of rmsNorm",
                        "a gradient is scaled",
                        BackendConformance.VectorJacobianProducts.class,
                        "rmsNorm",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Tensor rmsNormBackward(
                                    Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
                                return super.rmsNormBackward(outputGradient, x, weight, inverseRms)
                                        .times(1.001);
                            }
                        }));
    }
}
