// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Reads the rotary embedding of a {@code config.json}: {@code rope_theta} and {@code rope_scaling}, or {@code rope_parameters}
 * with both. Where a file has both sections, {@code rope_scaling} counts, as in transformers 5
 * ({@code modeling_rope_utils.py}, {@code convert_rope_params_to_dict}).
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RopeKeys {
    private static final String OLD = "rope_scaling";
    private static final String NEW = "rope_parameters";
    private static final String THETA = "rope_theta";
    private static final String PARTIAL = "partial_rotary_factor";
    private static final String ORIGINAL = "original_max_position_embeddings";

    private final JsonKeys root;
    private final JsonKeys section;

    private RopeKeys(JsonKeys root, JsonKeys section) {
        this.root = root;
        this.section = section;
    }

    /** Those of a model with one embedding. */
    public static RopeKeys of(JsonKeys root) {
        return new RopeKeys(root, root.section(isOld(root) ? OLD : NEW));
    }

    /**
     * Those of one kind of layers, in a model with several embeddings. In the old layout {@code rope_theta} and
     * {@code rope_scaling} are of {@code full_attention}; other kinds have no scaling there.
     *
     * @param layerType as {@code layer_types} has it
     */
    public static RopeKeys of(JsonKeys root, String layerType) {
        if (root.has(NEW) && !isOld(root)) {
            return new RopeKeys(root, root.section(NEW).section(layerType));
        }
        return new RopeKeys(root, root.section(layerType.equals("full_attention") ? OLD : "no " + OLD));
    }

    private static boolean isOld(JsonKeys root) {
        return !root.object().path(OLD).isEmpty() || !root.has(NEW);
    }

    /**
     * The embedding.
     *
     * @param headSize elements of a head
     * @param maxPositions {@code max_position_embeddings}
     * @param thetaKey where the old layout has the base
     * @param defaultTheta the base of a file without it
     */
    public Rotary rotary(int headSize, int maxPositions, String thetaKey, double defaultTheta) {
        double theta = section.has(THETA) ? section.number(THETA, defaultTheta) : root.number(thetaKey, defaultTheta);
        double part = (section.has(PARTIAL) ? section : root).number(PARTIAL, 1);
        int dimensions = (int) (headSize * part);
        if (!(part > 0) || part > 1 || dimensions % 2 != 0) {
            section.problem(
                    PARTIAL,
                    " is " + part + ", by which " + dimensions + " of a head's " + headSize
                            + " elements turn; expected an even number of them");
        }
        return new Rotary(theta, dimensions, scaling(dimensions, maxPositions));
    }

    /** With the usual key, {@code rope_theta}. */
    public Rotary rotary(int headSize, int maxPositions, double defaultTheta) {
        return rotary(headSize, maxPositions, THETA, defaultTheta);
    }

    private RopeScaling scaling(int dimensions, int maxPositions) {
        if (!section.object().isObject()) {
            return new RopeScaling.None();
        }
        String type = section.text(section.has("rope_type") ? "rope_type" : "type", "default");
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(section.positive("factor"));
            case "dynamic" -> new RopeScaling.Dynamic(section.positive("factor"), maxPositions);
            case "llama3" -> llama3();
            // The first Phi-3 with 128k tokens said yarn for what became longrope.
            case "yarn" -> section.has("short_factor") ? longRope(dimensions, maxPositions) : yarn(maxPositions);
            case "longrope", "su" -> longRope(dimensions, maxPositions);
            default -> {
                section.problem(
                        "rope_type",
                        ": rope scaling '" + type + "' is not supported; supported are linear, dynamic, llama3, yarn,"
                                + " longrope and none. It changes all positions, so without it this would be another model:"
                                + " take a checkpoint with one of these");
                yield new RopeScaling.None();
            }
        };
    }

    private RopeScaling llama3() {
        RopeScaling.Llama3 read = new RopeScaling.Llama3(
                section.positive("factor"),
                section.positive("low_freq_factor"),
                section.positive("high_freq_factor"),
                (int) section.positive(ORIGINAL));
        if (read.highFrequencyFactor() <= read.lowFrequencyFactor()) {
            section.problem(
                    "high_freq_factor",
                    " is " + read.highFrequencyFactor() + ", which should be above low_freq_factor "
                            + read.lowFrequencyFactor());
        }
        return read;
    }

    private int originalPositions(int maxPositions) {
        JsonKeys keys = section.has(ORIGINAL) ? section : root;
        return keys.has(ORIGINAL) ? (int) keys.positive(ORIGINAL) : maxPositions;
    }

    private double factor(int maxPositions, int originalPositions) {
        return section.has("factor") ? section.positive("factor") : (double) maxPositions / originalPositions;
    }

    private RopeScaling yarn(int maxPositions) {
        int original = originalPositions(maxPositions);
        double factor = factor(maxPositions, original);
        double attention;
        if (section.has("attention_factor")) {
            attention = section.positive("attention_factor");
        } else if (isNonZero("mscale") && isNonZero("mscale_all_dim")) {
            attention = growth(factor, section.positive("mscale")) / growth(factor, section.positive("mscale_all_dim"));
        } else {
            attention = growth(factor, 1);
        }
        JsonNode truncate = section.object().path("truncate");
        return new RopeScaling.Yarn(
                factor,
                original,
                attention,
                isNonZero("beta_fast") ? section.positive("beta_fast") : 32,
                isNonZero("beta_slow") ? section.positive("beta_slow") : 1,
                truncate.asBoolean(true));
    }

    private boolean isNonZero(String key) {
        return section.has(key) && section.number(key, 0) != 0;
    }

    /** {@code 0.1 * m * ln(factor) + 1} (Peng et al. 2023, eq. 22). */
    private static double growth(double factor, double m) {
        return factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1;
    }

    private RopeScaling longRope(int dimensions, int maxPositions) {
        int original = originalPositions(maxPositions);
        double factor = factor(maxPositions, original);
        double usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new RopeScaling.LongRope(
                factors("short_factor", dimensions / 2),
                factors("long_factor", dimensions / 2),
                original,
                section.has("attention_factor") ? section.positive("attention_factor") : usual);
    }

    private List<Double> factors(String key, int count) {
        List<Double> factors = section.positives(key);
        if (!factors.isEmpty() && factors.size() != count) {
            section.problem(
                    key, " has " + factors.size() + " numbers; expected " + count + ", half of what turns of a head");
        }
        return factors;
    }
}
