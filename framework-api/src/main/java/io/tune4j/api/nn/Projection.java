package io.tune4j.api.nn;

/**
 * One linear projection of a model, by the name it has in a Hugging Face checkpoint without {@code .weight}.
 *
 * @param name e.g. {@code model.layers.3.self_attn.q_proj}
 * @param inFeatures width of the input
 * @param outFeatures width of the output
 * @param bias whether it adds a bias {@code [outFeatures]}
 */
public record Projection(String name, long inFeatures, long outFeatures, boolean bias) {
    /** The last part of the name, e.g. {@code q_proj}, by which PEFT methods choose their targets. */
    public String leafName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The checkpoint's name of the weight {@code [outFeatures, inFeatures]}. */
    public String weightName() {
        return name + ".weight";
    }

    /** The checkpoint's name of the bias. */
    public String biasName() {
        return name + ".bias";
    }
}
