// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.phi;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.BuilderArguments;
import io.tune4j.decoder.ConfigFileBuilder;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.FamilyBuilder;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.NamedBuilder;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** All builders. */
final class PhiFamily implements ModelFamily {
    private static final Architecture ARCHITECTURE = new Phi3Architecture();

    /** Releases of the same size differ in these. */
    private static final List<String> OPEN = List.of("rope_theta", DecoderConfig.WINDOWS, DecoderConfig.ROPE_SCALING);

    @Override
    public String name() {
        return "phi";
    }

    @Override
    public List<ModelBuilder> builders() {
        return List.of(
                new FamilyBuilder(
                        "phi3",
                        "any Phi3ForCausalLM (Phi-3, 3.5, 4 and 4-mini), sized by its checkpoint's config.json or by"
                                + " arguments",
                        ARCHITECTURE,
                        PhiFamily::ofArguments),
                new ConfigFileBuilder(
                        "phi4",
                        "any Phi3ForCausalLM, the architecture of Phi-4 too, sized by its checkpoint's config.json",
                        ARCHITECTURE),
                named("phi3_mini", "Phi-3 mini", new DecoderSizes(32_064, 3072, 8192, 32, 32, 32, 96, 4096), 10_000),
                named(
                        "phi4_14b",
                        "Phi-4 14B",
                        new DecoderSizes(100_352, 5120, 17_920, 40, 40, 10, 128, 16_384),
                        250_000));
    }

    private static ModelBuilder named(String name, String summary, DecoderSizes sizes, double theta) {
        DecoderConfig config =
                fused(DecoderConfig.plain("Phi-3", sizes, 1e-5, new Rotary(theta, sizes.headSize()), false));
        return new NamedBuilder(name, summary, config, ARCHITECTURE, OPEN, false);
    }

    private static DecoderConfig ofArguments(BuilderArguments arguments) {
        DecoderSizes sizes = arguments.sizes(false);
        return fused(DecoderConfig.plain(
                "Phi-3", sizes, arguments.epsilon(1e-5), arguments.rotary(sizes.headSize(), 10_000), false));
    }

    private static DecoderConfig fused(DecoderConfig config) {
        return config.with(AttentionStyle.PLAIN.withFusedWeights()).with(MlpStyle.PLAIN.withFusedWeights());
    }
}
