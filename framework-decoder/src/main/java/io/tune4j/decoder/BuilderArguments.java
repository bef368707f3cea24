// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.config.ConfigReader;
import org.apiguardian.api.API;

/** Sizes by the names that torchtune's component builders have for them ({@code torchtune/models/<family>/_component_builders.py}). */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class BuilderArguments {
    /** One that is always given, by which a section with sizes is told from one without. */
    static final String SIGN = "embed_dim";

    private final ConfigReader options;

    BuilderArguments(ConfigReader options) {
        this.options = options;
        if (options.number("attn_dropout", 0) != 0) {
            options.problem("attn_dropout", "dropout of attention weights is not supported; set it to 0");
        }
    }

    /** The section, for what only one family has. */
    public ConfigReader options() {
        return options;
    }

    /** All sizes, with heads of {@code embed_dim / num_heads} elements or, where the family has the argument, {@code head_dim}. */
    public DecoderSizes sizes(boolean hasHeadSize) {
        int heads = options.integer("num_heads");
        int embedDim = options.integer(SIGN);
        return new DecoderSizes(
                options.integer("vocab_size"),
                embedDim,
                options.integer("intermediate_dim"),
                options.integer("num_layers"),
                heads,
                options.integer("num_kv_heads"),
                hasHeadSize ? options.integer("head_dim") : heads > 0 ? embedDim / heads : 0,
                options.integer("max_seq_len"));
    }

    /** {@code norm_eps}. */
    public double epsilon(double usual) {
        return options.number("norm_eps", usual);
    }

    /** {@code rope_base}, for whole heads. */
    public Rotary rotary(int headSize, double usualBase) {
        return new Rotary(options.number("rope_base", usualBase), headSize);
    }
}
