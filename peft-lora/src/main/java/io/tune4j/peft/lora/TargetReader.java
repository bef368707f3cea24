// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.nn.Projection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads which projections are targets, in torchtune's words or in peft's, never in both. */
final class TargetReader {
    private static final String ATTENTION = "lora_attn_modules";
    private static final String MLP = "apply_lora_to_mlp";
    private static final String OUTPUT = "apply_lora_to_output";
    private static final String TARGETS = "target_modules";
    private static final String EXCLUDED = "exclude_modules";
    private static final String LAYERS = "layers_to_transform";

    /** torchtune's words and the checkpoint's. */
    private static final Map<String, String> ATTENTION_NAMES = attentionNames();

    private static final List<String> MLP_NAMES = List.of("gate_proj", "up_proj", "down_proj");

    private final ConfigReader options;
    private final ModelDefinition model;

    TargetReader(ConfigReader options, ModelDefinition model) {
        this.options = options;
        this.model = model;
    }

    private static Map<String, String> attentionNames() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("q_proj", "q_proj");
        names.put("k_proj", "k_proj");
        names.put("v_proj", "v_proj");
        names.put("output_proj", "o_proj");
        return names;
    }

    /** The targets; an empty list after recording a problem. */
    ModuleNames targets() {
        List<String> torchtuneKeys =
                Stream.of(ATTENTION, MLP, OUTPUT).filter(options::has).toList();
        ConfigNode peft = options.node(TARGETS);
        if (peft != null && !torchtuneKeys.isEmpty()) {
            options.problem(
                    TARGETS,
                    "given together with " + String.join(", ", torchtuneKeys)
                            + "; say the targets in one way only (an override such as ~"
                            + (options.path().isEmpty() ? "" : options.path() + ".") + torchtuneKeys.get(0)
                            + " removes a key)");
            return ModuleNames.Listed.of(List.of());
        }
        if (peft != null) {
            return peftTargets(TARGETS, peft);
        }
        if (torchtuneKeys.isEmpty()) {
            options.problem(
                    ATTENTION,
                    "missing: say which projections get an adapter, as torchtune does (" + ATTENTION
                            + ": [q_proj, v_proj, output_proj], " + MLP + ": True) or as peft does (" + TARGETS
                            + ": all-linear)");
            return ModuleNames.Listed.of(List.of());
        }
        return torchtuneTargets();
    }

    private ModuleNames torchtuneTargets() {
        List<String> names = new ArrayList<>();
        for (String word : options.strings(ATTENTION, List.of())) {
            String name = ATTENTION_NAMES.get(word);
            if (name == null) {
                String hint = word.equals("o_proj")
                        ? " (did you mean 'output_proj'?)"
                        : NearMisses.didYouMean(word, ATTENTION_NAMES.keySet());
                options.problem(
                        ATTENTION,
                        "unknown projection '" + word + "'" + hint + "; known: "
                                + String.join(", ", ATTENTION_NAMES.keySet()));
            } else {
                names.add(name);
            }
        }
        checkNames(ATTENTION, names);
        if (options.bool(MLP, false)) {
            checkNames(MLP, MLP_NAMES);
            names.addAll(MLP_NAMES);
        }
        if (options.bool(OUTPUT, false)) {
            names.add(outputName());
        }
        return ModuleNames.Listed.of(names);
    }

    private ModuleNames peftTargets(String key, ConfigNode node) {
        if (node instanceof Scalar scalar && scalar.value() instanceof String text) {
            return key.equals(TARGETS) && text.toLowerCase(Locale.ROOT).equals("all-linear")
                    ? allButOutput()
                    : expression(key, text);
        }
        if (node instanceof Sequence) {
            List<String> names = options.strings(key, List.of());
            checkNames(key, names);
            return ModuleNames.Listed.of(names);
        }
        options.problem(
                key, "expected a list of names, a regular expression" + (key.equals(TARGETS) ? " or all-linear" : ""));
        return ModuleNames.Listed.of(List.of());
    }

    /** Modules to exclude may be in a part of the checkpoint that is not loaded here. */
    private boolean isOfOtherParts(String key) {
        return key.equals(EXCLUDED) && !model.modulePrefix().isEmpty();
    }

    private ModuleNames expression(String key, String text) {
        try {
            ModuleNames expression = ModuleNames.Expression.of(text);
            if (projectionNames().noneMatch(expression::matches) && !isOfOtherParts(key)) {
                options.problem(
                        key,
                        "the regular expression '" + text + "' matches no projection's whole name, such as "
                                + model.projections().get(0).name() + "; for plain names write a list: [" + text
                                + "]; there are " + leafNames());
            }
            return expression;
        } catch (PatternSyntaxException e) {
            options.problem(key, "'" + text + "' is not a regular expression: " + e.getDescription());
            return ModuleNames.Listed.of(List.of());
        }
    }

    /** All projections but the output's, as in peft; named by their last parts where these are unambiguous. */
    private ModuleNames allButOutput() {
        List<String> names = model.projections().stream()
                .map(Projection::name)
                .filter(name -> !name.equals(outputName()))
                .toList();
        ModuleNames short_ = ModuleNames.Listed.of(model.projections().stream()
                .filter(projection -> !projection.name().equals(outputName()))
                .map(Projection::leafName)
                .toList());
        return short_.matches(outputName()) ? ModuleNames.Listed.of(names) : short_;
    }

    /** A name that matches nothing is a typing error, not something to leave out silently. */
    private void checkNames(String key, List<String> names) {
        for (String name : names) {
            if (projectionNames().noneMatch(ModuleNames.Listed.of(List.of(name))::matches)) {
                options.problem(
                        key,
                        "no projection is named '" + name + "'" + NearMisses.didYouMean(name, leafNames())
                                + "; there are " + String.join(", ", leafNames()));
            }
        }
    }

    @Nullable
    ModuleNames excluded() {
        ConfigNode node = options.node(EXCLUDED);
        ModuleNames given = node == null ? null : peftTargets(EXCLUDED, node);
        return model.modulePrefix().isEmpty() ? given : withOtherParts(given);
    }

    /** peft looks for targets in the whole model, whose other parts have projections of the same names. */
    private ModuleNames withOtherParts(@Nullable ModuleNames given) {
        String others = "(?!" + model.modulePrefix().replace(".", "\\.") + "|lm_head$).*";
        if (given == null) {
            return ModuleNames.Expression.of(others);
        }
        String own = given instanceof ModuleNames.Expression expression
                ? expression.text()
                : "(.*\\.)?("
                        + String.join("|", ((ModuleNames.Listed) given).names()).replace(".", "\\.") + ")";
        return own.startsWith(others) ? given : ModuleNames.Expression.of(others + "|" + own);
    }

    /** The layers that targets are restricted to, empty for all. */
    List<Integer> layers() {
        ConfigNode node = options.node(LAYERS);
        if (node == null) {
            return List.of();
        }
        if (options.node(TARGETS) instanceof Scalar) {
            options.problem(
                    LAYERS,
                    "works with a list of names only; with a regular expression or all-linear, say the layers there");
            return List.of();
        }
        List<ConfigNode> items = node instanceof Sequence sequence ? sequence.items() : List.of(node);
        List<Integer> layers = new ArrayList<>();
        for (ConfigNode item : items) {
            if (item instanceof Scalar scalar
                    && scalar.value() instanceof Long layer
                    && layer >= 0
                    && layer < model.layerCount()) {
                layers.add(layer.intValue());
            } else {
                options.problem(
                        LAYERS,
                        "expected layer numbers from 0 to " + (model.layerCount() - 1)
                                + (item instanceof Scalar scalar ? ", found " + scalar.text() : ""));
            }
        }
        return layers;
    }

    /** Records what is wrong with the choice as a whole. */
    void check(LoraOptions read) {
        boolean peft = options.has(TARGETS);
        String key = peft ? TARGETS : options.has(ATTENTION) ? ATTENTION : options.has(MLP) ? MLP : OUTPUT;
        if (read.targetsOf(model).isEmpty()) {
            options.problem(
                    key, "chooses none of the model's projections; there are " + String.join(", ", leafNames()));
        }
        if (model.tiedEmbeddings() && read.isTarget(outputName())) {
            options.problem(
                    peft ? TARGETS : OUTPUT,
                    "the output projection " + outputName()
                            + " has the embedding's weight in this model, so it cannot have an adapter; "
                            + (peft ? "leave it out (" + EXCLUDED + ": [" + outputName() + "])" : "set this to False"));
        }
        ModuleNames excluded = read.excluded();
        if (excluded != null
                && !isOfOtherParts(EXCLUDED)
                && projectionNames().noneMatch(n -> read.targets().matches(n) && excluded.matches(n))) {
            options.notices().add(options.origin(EXCLUDED) + ": " + EXCLUDED + " excludes none of the targets");
        }
        checkParts(key, read);
        noticeUnused("rank_pattern", read.rankPattern().keySet(), read);
        noticeUnused("alpha_pattern", read.alphaPattern().keySet(), read);
        noticeOverfull(read);
    }

    /** In peft's file DoRA's magnitudes are of all rows of a projection; and with dropout each adapter drops its own input. */
    private void checkParts(String key, LoraOptions read) {
        Map<Projection, Long> parts = read.targetsOf(model).stream()
                .filter(target -> target.whole() != null && target.magnitude())
                .collect(
                        Collectors.groupingBy(target -> Objects.requireNonNull(target.whole()), Collectors.counting()));
        parts.forEach((whole, count) -> {
            if (count < whole.parts().size() || read.dropout() > 0) {
                options.problem(
                        key,
                        "DoRA of parts of " + whole.leafName()
                                + ", which this model has as one weight, needs all of them ("
                                + String.join(
                                        ", ",
                                        whole.parts().stream()
                                                .map(Projection::leafName)
                                                .toList())
                                + ") and no dropout; or name " + whole.leafName() + " in " + TARGETS);
            }
        });
    }

    private void noticeUnused(String key, Set<String> patterns, LoraOptions read) {
        for (String pattern : patterns) {
            if (read.targetsOf(model).stream()
                    .noneMatch(target -> ModuleNames.patternApplies(pattern, target.name()))) {
                options.notices()
                        .add(options.origin(key) + ": " + key + ": '" + pattern
                                + "' matches no target and has no effect");
            }
        }
    }

    private void noticeOverfull(LoraOptions read) {
        List<LoraTarget> overfull =
                read.targetsOf(model).stream().filter(LoraTarget::isOverfull).toList();
        if (!overfull.isEmpty()) {
            LoraTarget first = overfull.get(0);
            options.notices()
                    .add("rank " + first.rank() + " is more than the adapter of " + first.name() + " ["
                            + first.projection().outFeatures() + ", "
                            + first.projection().inFeatures() + "] can use"
                            + (overfull.size() == 1
                                    ? ""
                                    : ", and so for " + (overfull.size() - 1) + " more projections")
                            + "; a lower rank trains the same functions with less memory");
        }
    }

    private String outputName() {
        return model.projections().get(model.projections().size() - 1).name();
    }

    /** Those of parts too. */
    private Stream<String> projectionNames() {
        return projections().map(Projection::name);
    }

    private Stream<Projection> projections() {
        return model.projections().stream()
                .flatMap(projection -> Stream.concat(Stream.of(projection), projection.parts().stream()));
    }

    private Set<String> leafNames() {
        Set<String> names = new TreeSet<>();
        projections().forEach(projection -> names.add(projection.leafName()));
        return names;
    }
}
