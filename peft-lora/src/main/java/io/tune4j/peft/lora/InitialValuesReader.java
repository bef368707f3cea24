// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads peft's {@code init_lora_weights} and {@code loftq_config}. */
final class InitialValuesReader {
    static final String KEY = "init_lora_weights";
    private static final String LOFTQ = "loftq_config";
    private static final int MOST_ITERATIONS = 1000;
    private static final int BITS = 4;

    private InitialValuesReader() {}

    /** Null for the usual values, also after recording problems. */
    static @Nullable InitialValues read(ConfigReader options) {
        String name = options.string(KEY, "true").toLowerCase(Locale.ROOT);
        ConfigReader loftq = options.sectionOrNull(LOFTQ);
        if (loftq != null && !name.equals(QuantizationError.NAME)) {
            options.problem(LOFTQ, "is for init_lora_weights: loftq alone; set that, or leave this out");
        }
        switch (name) {
            case "true", InputDirections.NAME:
                return null;
            case PrincipalValues.NAME:
                return new PrincipalValues(-1);
            case OrthonormalValues.NAME:
                return new OrthonormalValues();
            case QuantizationError.NAME:
                return new QuantizationError(loftq == null ? 1 : iterations(loftq));
            default:
                return named(options, name);
        }
    }

    private static int iterations(ConfigReader loftq) {
        int bits = loftq.integer("loftq_bits", BITS);
        if (bits != BITS) {
            loftq.problem("loftq_bits", "is " + bits + ", but base weights are quantized to 4 bits; leave it out");
        }
        return loftq.integer("loftq_iter", 1, 1, MOST_ITERATIONS);
    }

    private static @Nullable InitialValues named(ConfigReader options, String name) {
        String digits =
                name.startsWith(PrincipalValues.ITERATIONS) ? name.substring(PrincipalValues.ITERATIONS.length()) : "";
        if (digits.matches("\\d{1,3}")) {
            return new PrincipalValues(Integer.parseInt(digits));
        }
        String reason = name.equals("corda") || name.equals("lora_ga")
                ? "makes values of the data's covariance or gradients, which is not available here"
                : "is not known";
        options.problem(
                KEY,
                "'" + name + "' " + reason
                        + "; choose True, pissa, pissa_niter_4 (or another number), olora, loftq or eva");
        return null;
    }

    /** Records what does not go together with initial values that are made of the base. */
    static void check(ConfigReader options, ModelDefinition model, LoraOptions read) {
        InitialValues initial = read.initial();
        if (initial == null) {
            return;
        }
        for (LoraTarget target : read.targetsOf(model)) {
            if (target.isOverfull()) {
                options.problem(
                        KEY,
                        initial.name() + " needs ranks up to the smaller dimension of a weight, and " + target.name()
                                + " [" + target.projection().outFeatures() + ", "
                                + target.projection().inFeatures() + "] has rank " + target.rank()
                                + "; lower lora_rank, or set rank_pattern");
                return;
            }
            boolean isTied =
                    target.whole() == null && !target.projection().weightName().equals(target.weightName());
            if (isTied) {
                options.problem(
                        KEY,
                        initial.name() + " changes the weight of " + target.name()
                                + ", which is the embedding too; leave it out of the targets");
                return;
            }
        }
    }

    /** Records a format in which the base cannot be changed as the initial values need it. */
    static void check(ConfigReader options, LoraOptions read, WeightFormat format) {
        InitialValues initial = read.initial();
        if (initial != null && initial.needsQuantization() && format instanceof DenseFormat) {
            options.problem(
                    KEY,
                    initial.name() + " begins with the error of a quantized base, and this base is not quantized; add"
                            + " quantize_base: True, or choose pissa");
        }
    }
}
