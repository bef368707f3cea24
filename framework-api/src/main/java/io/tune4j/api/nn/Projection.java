package io.tune4j.api.nn;

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
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Projection(String name, long inFeatures, long outFeatures, boolean bias, String weightName) {
    /** A projection with a weight of its own. */
    public Projection(String name, long inFeatures, long outFeatures, boolean bias) {
        this(name, inFeatures, outFeatures, bias, name + ".weight");
    }

    /** The last part of the name, e.g. {@code q_proj}, by which PEFT methods choose their targets. */
    public String leafName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The checkpoint's name of the bias. */
    public String biasName() {
        return name + ".bias";
    }
}
