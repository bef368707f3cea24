package io.tune4j.models.llama;

import java.util.ArrayList;
import java.util.List;

/**
 * A Llama's sizes, by the names of Hugging Face's {@code config.json}.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}
 * @param intermediateSize F, {@code intermediate_size}
 * @param layers {@code num_hidden_layers}
 * @param heads {@code num_attention_heads}
 * @param keyValueHeads {@code num_key_value_heads}, a divisor of {@code heads}
 * @param headSize {@code head_dim}, even; {@code heads * headSize} need not equal D
 * @param maxSequenceLength {@code max_position_embeddings}, times the factor of linear rope scaling
 * @param normEpsilon {@code rms_norm_eps}
 * @param ropeTheta {@code rope_theta}
 * @param ropeScaling {@code rope_scaling}
 * @param tiedEmbeddings {@code tie_word_embeddings}
 * @param attentionBias {@code attention_bias}, of q, k, v and o
 * @param mlpBias {@code mlp_bias}, of gate, up and down
 */
record LlamaConfig(
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int maxSequenceLength,
        double normEpsilon,
        double ropeTheta,
        RopeScaling ropeScaling,
        boolean tiedEmbeddings,
        boolean attentionBias,
        boolean mlpBias) {

    /** Describes contradictions among these numbers; empty if there are none. */
    List<String> contradictions() {
        List<String> found = new ArrayList<>();
        positive(found, "vocab_size", vocabularySize);
        positive(found, "hidden_size", hiddenSize);
        positive(found, "intermediate_size", intermediateSize);
        positive(found, "num_hidden_layers", layers);
        positive(found, "num_attention_heads", heads);
        positive(found, "num_key_value_heads", keyValueHeads);
        positive(found, "max_position_embeddings", maxSequenceLength);
        if (keyValueHeads > 0 && heads % keyValueHeads != 0) {
            found.add("num_attention_heads " + heads + " is no multiple of num_key_value_heads " + keyValueHeads);
        }
        if (headSize < 2 || headSize % 2 != 0) {
            found.add("head_dim " + headSize + " is not even, so that it has no rotary embedding");
        }
        if (!(normEpsilon > 0)) {
            found.add("rms_norm_eps " + normEpsilon + " is not positive");
        }
        if (!(ropeTheta > 0) || Double.isInfinite(ropeTheta)) {
            found.add("rope_theta " + ropeTheta + " is not positive");
        }
        return found;
    }

    private static void positive(List<String> found, String name, int value) {
        if (value < 1) {
            found.add(name + " is " + value + ", which should be at least 1");
        }
    }

    /** The differences between this builder's sizes and a checkpoint's; the sequence limit may differ. */
    List<String> differences(LlamaConfig checkpoint) {
        List<String> found = new ArrayList<>();
        differ(found, "vocab_size", vocabularySize, checkpoint.vocabularySize);
        differ(found, "hidden_size", hiddenSize, checkpoint.hiddenSize);
        differ(found, "intermediate_size", intermediateSize, checkpoint.intermediateSize);
        differ(found, "num_hidden_layers", layers, checkpoint.layers);
        differ(found, "num_attention_heads", heads, checkpoint.heads);
        differ(found, "num_key_value_heads", keyValueHeads, checkpoint.keyValueHeads);
        differ(found, "head_dim", headSize, checkpoint.headSize);
        differ(found, "rms_norm_eps", normEpsilon, checkpoint.normEpsilon);
        differ(found, "rope_theta", ropeTheta, checkpoint.ropeTheta);
        differ(found, "rope_scaling", ropeScaling, checkpoint.ropeScaling);
        differ(found, "tie_word_embeddings", tiedEmbeddings, checkpoint.tiedEmbeddings);
        differ(found, "attention_bias", attentionBias, checkpoint.attentionBias);
        differ(found, "mlp_bias", mlpBias, checkpoint.mlpBias);
        return found;
    }

    private static void differ(List<String> found, String name, Object builder, Object checkpoint) {
        // Converters write fp32 values in full: 9.999999747378752e-06 is 1e-5.
        boolean same = builder instanceof Double a && checkpoint instanceof Double b
                ? a.floatValue() == b.floatValue()
                : builder.equals(checkpoint);
        if (!same) {
            found.add(name + " is " + builder + " in the builder, " + checkpoint + " in the checkpoint");
        }
    }

    LlamaConfig withMaxSequenceLength(int length) {
        return new LlamaConfig(
                vocabularySize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headSize,
                length,
                normEpsilon,
                ropeTheta,
                ropeScaling,
                tiedEmbeddings,
                attentionBias,
                mlpBias);
    }

    LlamaConfig withTiedEmbeddings(boolean tied) {
        return new LlamaConfig(
                vocabularySize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headSize,
                maxSequenceLength,
                normEpsilon,
                ropeTheta,
                ropeScaling,
                tied,
                attentionBias,
                mlpBias);
    }
}
