// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.nn.Projection;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A projection that gets an adapter.
 *
 * @param projection which one
 * @param rank r: A is {@code [r, in]}, B is {@code [out, r]}
 * @param alpha the numerator of the scale
 * @param scale what B·A is multiplied by: alpha / r (Hu et al. 2021, section 4.1), or alpha / sqrt(r) for rsLoRA
 *     (Kalajdzievski 2023, eq. 7)
 * @param magnitude whether a magnitude {@code [out]} is trained too (DoRA)
 * @param whole the projection of the checkpoint that it is a part of; null where it is one itself
 */
record LoraTarget(
        Projection projection,
        int rank,
        double alpha,
        double scale,
        boolean magnitude,
        @Nullable Projection whole) {
    LoraTarget(Projection projection, int rank, double alpha, double scale, boolean magnitude) {
        this(projection, rank, alpha, scale, magnitude, null);
    }

    /** The prefix that peft's wrapper adds to the names of the base model. */
    private static final String PEFT_PREFIX = "base_model.model.";

    String name() {
        return projection.name();
    }

    /** The checkpoint's name of the weight that a merge changes: not the embedding's, where a tied output projection has that. */
    String weightName() {
        return (whole == null ? projection : whole).ownWeightName();
    }

    /** The first row of that weight that it changes. */
    long firstRow() {
        return whole == null ? 0 : Columns.of(List.of(whole)).of(name());
    }

    String aName() {
        return name() + ".lora_A";
    }

    String bName() {
        return name() + ".lora_B";
    }

    String magnitudeName() {
        return name() + ".lora_magnitude_vector";
    }

    /** The key of a parameter in peft's file; magnitudes have no {@code .weight} there. */
    String fileKey(String parameterName) {
        return PEFT_PREFIX + parameterName + (parameterName.equals(magnitudeName()) ? "" : ".weight");
    }

    long[] aShape() {
        return new long[] {rank, projection.inFeatures()};
    }

    long[] bShape() {
        return new long[] {projection.outFeatures(), rank};
    }

    long[] magnitudeShape() {
        return new long[] {projection.outFeatures()};
    }

    /** Its tensors as the adapter file has them. */
    List<TensorSpec> fileTensors(DType dtype) {
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(new TensorSpec(fileKey(aName()), dtype, aShape()));
        tensors.add(new TensorSpec(fileKey(bName()), dtype, bShape()));
        if (magnitude) {
            tensors.add(new TensorSpec(fileKey(magnitudeName()), dtype, magnitudeShape()));
        }
        return tensors;
    }

    /** Whether B·A has fewer dimensions than the rank allows. */
    boolean isOverfull() {
        return rank > Math.min(projection.inFeatures(), projection.outFeatures());
    }

    /** The target with twice the rank and the same scale. */
    LoraTarget doubled(boolean useRsLora) {
        return new LoraTarget(projection, 2 * rank, alpha * (useRsLora ? Math.sqrt(2) : 2), scale, magnitude, whole);
    }

    long parameterCount() {
        long matrices = rank * (projection.inFeatures() + projection.outFeatures());
        return matrices + (magnitude ? projection.outFeatures() : 0);
    }
}
