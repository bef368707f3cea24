// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a decoder. All families have embeddings, layers of attention and a gated MLP, each added to what was before, a
 * final norm and an output projection; this says how.
 *
 * @param name the family's name for people, e.g. {@code Llama}
 * @param kinds what each layer is, from the first on
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record DecoderConfig(
        String name,
        DecoderSizes sizes,
        NormStyle norms,
        AttentionStyle attention,
        MlpStyle mlp,
        EmbeddingStyle embeddings,
        List<LayerKind> kinds) {
    /** The fact that says how positions are scaled. */
    public static final String ROPE_SCALING = "rope_scaling";

    /** The fact that says which windows there are. */
    public static final String WINDOWS = "sliding_window";

    public DecoderConfig {
        kinds = List.copyOf(kinds);
    }

    /** Llama's parts, from which families start. */
    public static DecoderConfig plain(String name, DecoderSizes sizes, double epsilon, Rotary rotary, boolean tied) {
        return new DecoderConfig(
                name,
                sizes,
                NormStyle.plain(epsilon),
                AttentionStyle.PLAIN,
                MlpStyle.PLAIN,
                EmbeddingStyle.plain(tied),
                allLayers(sizes, new LayerKind(0, rotary)));
    }

    private static List<LayerKind> allLayers(DecoderSizes sizes, LayerKind kind) {
        return Collections.nCopies(Math.max(0, sizes.layers()), kind);
    }

    /** With another attention. */
    public DecoderConfig with(AttentionStyle other) {
        return new DecoderConfig(name, sizes, norms, other, mlp, embeddings, kinds);
    }

    /** With another feed-forward part. */
    public DecoderConfig with(MlpStyle other) {
        return new DecoderConfig(name, sizes, norms, attention, other, embeddings, kinds);
    }

    /** With other norms. */
    public DecoderConfig with(NormStyle other) {
        return new DecoderConfig(name, sizes, other, attention, mlp, embeddings, kinds);
    }

    /** With other embeddings. */
    public DecoderConfig with(EmbeddingStyle other) {
        return new DecoderConfig(name, sizes, norms, attention, mlp, other, kinds);
    }

    /** With other layers. */
    public DecoderConfig withKinds(List<LayerKind> other) {
        return new DecoderConfig(name, sizes, norms, attention, mlp, embeddings, other);
    }

    /** With the same window in all layers. */
    public DecoderConfig withWindow(int window) {
        return withKinds(
                kinds.stream().map(kind -> new LayerKind(window, kind.rotary())).toList());
    }

    DecoderConfig withMaxSequenceLength(int length) {
        return new DecoderConfig(name, sizes.withMaxSequenceLength(length), norms, attention, mlp, embeddings, kinds);
    }

    DecoderConfig withTiedEmbeddings(boolean tied) {
        return with(embeddings.withTied(tied));
    }

    /** The embeddings that its layers have, each once. */
    List<Rotary> rotaries() {
        List<Rotary> found = new ArrayList<>();
        for (LayerKind kind : kinds) {
            Rotary rotary = kind.rotary();
            if (rotary != null && !found.contains(rotary)) {
                found.add(rotary);
            }
        }
        return found;
    }

    /** Lists contradictions in this config; empty if there are none. */
    public List<String> contradictions() {
        List<String> found = new ArrayList<>(sizes.contradictions());
        if (!(norms.epsilon() > 0)) {
            found.add("rms_norm_eps " + norms.epsilon() + " is not positive");
        }
        for (Rotary rotary : rotaries()) {
            if (!(rotary.theta() > 0) || Double.isInfinite(rotary.theta())) {
                found.add("rope_theta " + rotary.theta() + " is not positive");
            }
        }
        if (kinds.size() != sizes.layers()) {
            found.add("layer_types says what " + kinds.size() + " layers are, but num_hidden_layers is "
                    + sizes.layers());
        }
        for (int window : new TreeSet<>(kinds.stream().map(LayerKind::window).toList())) {
            if (window < 0) {
                found.add("sliding_window " + window + " is negative");
            }
        }
        if (!(attention.scale() >= 0) || !(attention.softCap() >= 0) || !(embeddings.softCap() >= 0)) {
            found.add("soft caps and the scale of attention must not be negative");
        }
        return found;
    }

    /** The facts on which a builder and a checkpoint must agree, by the names of {@code config.json}. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("vocab_size", sizes.vocabulary());
        facts.put("hidden_size", sizes.hidden());
        facts.put("intermediate_size", sizes.intermediate());
        facts.put("num_hidden_layers", sizes.layers());
        facts.put("num_attention_heads", sizes.heads());
        facts.put("num_key_value_heads", sizes.keyValueHeads());
        facts.put("head_dim", sizes.headSize());
        facts.put("rms_norm_eps", norms.epsilon());
        facts.put("rope_theta", one(rotaries().stream().map(Rotary::theta).toList()));
        facts.put(ROPE_SCALING, one(rotaries().stream().map(Rotary::scaling).toList()));
        facts.put("tie_word_embeddings", embeddings.tied());
        facts.put("attention_bias", attention.inputBias());
        facts.put("mlp_bias", mlp.bias());
        facts.put("norms", norms.placement());
        facts.put("norms of queries and keys", attention.headNorms());
        facts.put("hidden_act", mlp.activation());
        facts.put("attn_logit_softcapping", attention.softCap());
        facts.put("final_logit_softcapping", embeddings.softCap());
        facts.put("the scale of attention", attention.scaleFor(Math.max(1, sizes.headSize())));
        facts.put(WINDOWS, kinds.stream().map(LayerKind::window).distinct().toList());
        return facts;
    }

    private static Object one(List<?> values) {
        return values.size() == 1 ? values.get(0) : values;
    }

    /**
     * Where a builder's config differs from a checkpoint's; the sequence limit may differ freely.
     *
     * @param open facts that the checkpoint decides
     */
    List<String> differences(DecoderConfig checkpoint, List<String> open) {
        Map<String, Object> found = checkpoint.facts();
        List<String> differences = new ArrayList<>();
        facts().forEach((fact, own) -> {
            Object other = found.get(fact);
            if (!open.contains(fact) && !isSame(own, other)) {
                differences.add(fact + " is " + shown(own) + " in the builder, " + shown(other) + " in the checkpoint");
            }
        });
        return differences;
    }

    private static String shown(@Nullable Object value) {
        return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : "" + value;
    }

    /** Converters write fp32 values in full: 9.999999747378752e-06 is 1e-5. */
    private static boolean isSame(Object own, @Nullable Object other) {
        return own instanceof Double a && other instanceof Double b
                ? a.floatValue() == b.floatValue()
                : own.equals(other);
    }
}
