// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import org.jspecify.annotations.Nullable;

/**
 * EVA (Paischer et al. 2024): each A begins with the directions in which the inputs of its projection vary most, and B with zeros. Every
 * projection keeps its rank, which is peft's {@code rho: 1}.
 *
 * @param similarity {@code tau}: an input needs no more data when the cosine between each direction and the one before the last
 *     micro-batch is at least this
 * @param labelledOnly {@code use_label_mask}: whether only inputs of tokens with a label count
 * @param whitened {@code whiten}: whether a direction is divided by the root of its singular value
 */
record InputDirections(double similarity, boolean labelledOnly, boolean whitened) {
    static final String NAME = "eva";

    private static final String SECTION = "eva_config";
    private static final double USUAL_SIMILARITY = 0.99;

    /** Reads peft's {@code eva_config}; null where A is not made of inputs. */
    static @Nullable InputDirections read(ConfigReader options) {
        boolean asked = options.string(InitialValuesReader.KEY, "true").equalsIgnoreCase(NAME);
        ConfigReader section = options.sectionOrNull(SECTION);
        if (section != null && !asked) {
            options.problem(SECTION, "is for init_lora_weights: eva alone; set that, or leave this out");
        }
        if (!asked) {
            return null;
        }
        return section == null ? new InputDirections(USUAL_SIMILARITY, true, false) : of(section);
    }

    /** Records a rank that an input has not as many directions for. */
    static void check(ConfigReader options, ModelDefinition model, LoraOptions read) {
        if (read.directions() == null) {
            return;
        }
        read.targetsOf(model).stream()
                .filter(target -> target.rank() > target.projection().inFeatures())
                .findFirst()
                .ifPresent(target -> options.problem(
                        InitialValuesReader.KEY,
                        NAME + " needs ranks up to the length of an input, and " + target.name() + " has inputs of "
                                + target.projection().inFeatures() + " values and rank " + target.rank()
                                + "; lower lora_rank, or set rank_pattern"));
    }

    private static InputDirections of(ConfigReader section) {
        double rho = section.number("rho", 1);
        if (rho != 1) {
            section.problem(
                    "rho",
                    "is " + rho
                            + ", but every projection keeps its rank here; set 1, and rank_pattern for other ranks");
        }
        double similarity = section.number("tau", USUAL_SIMILARITY);
        if (!(similarity >= 0 && similarity <= 1)) {
            section.problem("tau", "expected a cosine from 0 to 1, found " + similarity);
        }
        section.accept("adjust_scaling_factors", "ranks stay as they are");
        section.accept("label_mask_value", "labels say by themselves which tokens are trained");
        return new InputDirections(similarity, section.bool("use_label_mask", true), section.bool("whiten", false));
    }
}
