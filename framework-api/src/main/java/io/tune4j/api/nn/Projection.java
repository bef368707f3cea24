// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import java.util.List;
import org.apiguardian.api.API;

/**
 * One linear projection of a model, by the name it has in a Hugging Face checkpoint without {@code .weight}.
 *
 * @param name e.g. {@code model.layers.3.self_attn.q_proj}
 * @param inFeatures width of the input
 * @param outFeatures width of the output
 * @param bias whether it adds a bias {@code [outFeatures]}
 * @param weightName the checkpoint's name of the weight {@code [outFeatures, inFeatures]}: {@code name + ".weight"},
 *     or the embedding's where an output projection is tied to it
 * @param parts the projections that the checkpoint keeps as this one, in the order of its rows, by the names that other
 *     checkpoints give them, such as the {@code q_proj}, {@code k_proj} and {@code v_proj} of a {@code qkv_proj}; empty for one
 *     that is no other than itself. A PEFT method may adapt it as a whole or in parts.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Projection(
        String name, long inFeatures, long outFeatures, boolean bias, String weightName, List<Projection> parts) {
    private static final String WEIGHT = ".weight";

    public Projection {
        parts = List.copyOf(parts);
    }

    /** A projection with a weight of its own. */
    public Projection(String name, long inFeatures, long outFeatures, boolean bias) {
        this(name, inFeatures, outFeatures, bias, name + ".weight");
    }

    /** A projection that is one. */
    public Projection(String name, long inFeatures, long outFeatures, boolean bias, String weightName) {
        this(name, inFeatures, outFeatures, bias, weightName, List.of());
    }

    /**
     * Several projections of the same input that the checkpoint keeps as one.
     *
     * @param parts in the order of their rows
     */
    public static Projection fused(String name, List<Projection> parts) {
        long out = parts.stream().mapToLong(Projection::outFeatures).sum();
        return new Projection(name, parts.get(0).inFeatures(), out, parts.get(0).bias(), name + ".weight", parts);
    }

    /** The last part of the name, e.g. {@code q_proj}, by which PEFT methods choose their targets. */
    public String leafName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The checkpoint's name of a weight that only this projection has: where it shares the embedding's, the name that it lacks. */
    public String ownWeightName() {
        return weightName.endsWith("." + leafName() + WEIGHT) ? weightName : name + WEIGHT;
    }

    /** The checkpoint's name of the bias. */
    public String biasName() {
        String own = ownWeightName();
        return own.substring(0, own.length() - WEIGHT.length()) + ".bias";
    }
}
