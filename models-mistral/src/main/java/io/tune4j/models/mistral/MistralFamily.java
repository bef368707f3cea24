// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.mistral;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.BuilderArguments;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.FamilyBuilder;
import io.tune4j.decoder.NamedBuilder;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** All builders. */
final class MistralFamily implements ModelFamily {
    private static final Architecture ARCHITECTURE = new MistralArchitecture();

    /** Releases of the same size differ in these. */
    private static final List<String> OPEN =
            List.of("rope_theta", "vocab_size", DecoderConfig.WINDOWS, DecoderConfig.ROPE_SCALING);

    @Override
    public String name() {
        return "mistral";
    }

    @Override
    public List<ModelBuilder> builders() {
        return List.of(
                new FamilyBuilder(
                        "mistral",
                        "any MistralForCausalLM, sized by its checkpoint's config.json or by arguments",
                        ARCHITECTURE,
                        MistralFamily::ofArguments),
                mistral7b());
    }

    private static DecoderConfig ofArguments(BuilderArguments arguments) {
        DecoderSizes sizes = arguments.sizes(false);
        return DecoderConfig.plain(
                "Mistral", sizes, arguments.epsilon(1e-5), arguments.rotary(sizes.headSize(), 10_000), false);
    }

    private static ModelBuilder mistral7b() {
        DecoderConfig config = DecoderConfig.plain(
                "Mistral",
                new DecoderSizes(32_000, 4096, 14_336, 32, 32, 8, 128, 32_768),
                1e-5,
                new Rotary(10_000, 128),
                false);
        return new NamedBuilder("mistral_7b", "Mistral 7B", config, ARCHITECTURE, OPEN, false);
    }
}
