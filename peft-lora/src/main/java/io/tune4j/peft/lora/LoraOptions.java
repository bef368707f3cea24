// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The adapter options of a model section.
 *
 * @param targets the projections to adapt
 * @param excluded projections to leave out, or null
 * @param layers the layers to adapt; empty for all. As in peft, targets given by their whole name are not restricted.
 * @param rank for targets without a {@code rankPattern}
 * @param alpha for targets without an {@code alphaPattern}
 * @param rankPattern rank by the end of a name (regular expressions, the first that applies)
 * @param alphaPattern alpha likewise
 * @param dropout probability in [0, 1) with which an adapter's inputs are dropped in training
 * @param useDora whether a magnitude is trained
 * @param useRsLora whether the scale is alpha / sqrt(rank) instead of alpha / rank
 * @param adapterDtype dtype of the trained values and their file
 * @param quantizedBase whether the frozen weights are kept in 4 bits
 * @param savedModules {@code modules_to_save}: ends of the names of modules that are trained as a whole
 * @param tokens {@code trainable_token_indices}: rows of the embedding that are trained
 * @param initial values that are made of the base; null for random ones
 * @param directions how A is made of the targets' inputs; null where it is not
 */
record LoraOptions(
        ModuleNames targets,
        @Nullable ModuleNames excluded,
        List<Integer> layers,
        int rank,
        double alpha,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        double dropout,
        boolean useDora,
        boolean useRsLora,
        DType adapterDtype,
        boolean quantizedBase,
        List<String> savedModules,
        List<Long> tokens,
        @Nullable InitialValues initial,
        @Nullable InputDirections directions) {
    /** The first numbered part of a name that follows a part which follows another: peft's rule. */
    private static final Pattern LAYER = Pattern.compile(".*?\\.[^.]*\\.(\\d+)\\.");

    LoraOptions {
        layers = List.copyOf(layers);
        savedModules = List.copyOf(savedModules);
        tokens = List.copyOf(tokens);
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
    }

    /** Copies these options with another dtype of the trained values. */
    LoraOptions withAdapterDtype(DType dtype) {
        return new LoraOptions(
                targets,
                excluded,
                layers,
                rank,
                alpha,
                rankPattern,
                alphaPattern,
                dropout,
                useDora,
                useRsLora,
                dtype,
                quantizedBase,
                savedModules,
                tokens,
                initial,
                directions);
    }

    LoraOptions withSavedModules(List<String> modules) {
        return new LoraOptions(
                targets,
                excluded,
                layers,
                rank,
                alpha,
                rankPattern,
                alphaPattern,
                dropout,
                useDora,
                useRsLora,
                adapterDtype,
                quantizedBase,
                modules,
                tokens,
                initial,
                directions);
    }

    /** Makes options for targets that are given in full, with ranks and alphas of their own. */
    LoraOptions withTargets(ModuleNames names, Map<String, Integer> ranks, Map<String, Double> alphas) {
        return new LoraOptions(
                names,
                null,
                List.of(),
                rank,
                alpha,
                ranks,
                alphas,
                dropout,
                useDora,
                useRsLora,
                adapterDtype,
                quantizedBase,
                savedModules,
                tokens,
                initial,
                directions);
    }

    /**
     * Options of the adapter in its files: where the initial values were made of the base, it has their negatives beside what was
     * trained, and so twice the rank with the same scale.
     */
    LoraOptions saved() {
        if (initial == null) {
            return this;
        }
        double factor = useRsLora ? Math.sqrt(2) : 2;
        Map<String, Integer> ranks = new LinkedHashMap<>(rankPattern);
        ranks.replaceAll((name, value) -> 2 * value);
        Map<String, Double> alphas = new LinkedHashMap<>(alphaPattern);
        alphas.replaceAll((name, value) -> factor * value);
        return new LoraOptions(
                targets,
                excluded,
                layers,
                2 * rank,
                factor * alpha,
                ranks,
                alphas,
                dropout,
                useDora,
                useRsLora,
                adapterDtype,
                quantizedBase,
                savedModules,
                tokens,
                null,
                directions);
    }

    /** The number of the layer that a projection belongs to, or null for one outside the layers. */
    static @Nullable Integer layerOf(String name) {
        Matcher matcher = LAYER.matcher(name);
        return matcher.lookingAt() ? Integer.valueOf(matcher.group(1)) : null;
    }

    boolean isTarget(String name) {
        if (excluded != null && excluded.matches(name)) {
            return false;
        }
        if (targets instanceof ModuleNames.Listed listed && listed.matchesWhole(name)) {
            return true;
        }
        Integer layer = layerOf(name);
        return targets.matches(name) && (layers.isEmpty() || (layer != null && layers.contains(layer)));
    }

    /** The targets among a model's projections, in the model's order. */
    List<LoraTarget> targetsOf(ModelDefinition model) {
        List<LoraTarget> found = new ArrayList<>();
        for (Projection projection : model.projections()) {
            if (isTarget(projection.name())) {
                found.add(target(projection, null));
            } else {
                projection.parts().stream()
                        .filter(part -> isTarget(part.name()))
                        .forEach(part -> found.add(target(part, projection)));
            }
        }
        return List.copyOf(found);
    }

    /** The weights that are trained as a whole: those of modules whose names, or the names around them, end in one that is given. */
    List<WeightShape> wholeOf(ModelDefinition model) {
        return model.weights().stream().filter(weight -> isSaved(weight.name())).toList();
    }

    private boolean isSaved(String weight) {
        for (int dot = weight.lastIndexOf('.'); dot > 0; dot = weight.lastIndexOf('.', dot - 1)) {
            if (savedModules.stream().anyMatch(weight.substring(0, dot)::endsWith)) {
                return true;
            }
        }
        return false;
    }

    private LoraTarget target(Projection projection, @Nullable Projection whole) {
        int targetRank = first(rankPattern, projection.name(), rank);
        double targetAlpha = first(alphaPattern, projection.name(), alpha);
        double scale = targetAlpha / (useRsLora ? Math.sqrt(targetRank) : targetRank);
        return new LoraTarget(projection, targetRank, targetAlpha, scale, useDora, whole);
    }

    /** The value of the first key that applies to a name. */
    static <T> T first(Map<String, T> patterns, String name, T otherwise) {
        for (Map.Entry<String, T> entry : patterns.entrySet()) {
            if (ModuleNames.patternApplies(entry.getKey(), name)) {
                return entry.getValue();
            }
        }
        return otherwise;
    }
}
