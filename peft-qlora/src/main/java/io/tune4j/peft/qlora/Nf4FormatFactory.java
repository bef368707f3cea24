package io.tune4j.peft.qlora;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import org.jspecify.annotations.Nullable;

/** {@code nf4}, with torchao's options {@code block_size} and {@code scaler_block_size} in the model section. */
public final class Nf4FormatFactory implements ComponentFactory<WeightFormat> {
    static final String NAME = "nf4";

    private static final int LARGEST_BLOCK = 1 << 16;

    @Override
    public Class<WeightFormat> type() {
        return WeightFormat.class;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "frozen weights in 4 bits: NormalFloat4 with doubly quantized scalers";
    }

    @Override
    public @Nullable WeightFormat create(ConfigReader options, ComponentContext context) {
        int block = options.integer("block_size", Nf4Layout.BLOCK, 2, LARGEST_BLOCK);
        int scalerBlock = options.integer("scaler_block_size", Nf4Layout.SCALER_BLOCK, 1, LARGEST_BLOCK);
        if (block % 2 != 0) {
            options.problem("block_size", "two codes share a byte, so it must be even; found " + block);
            return null;
        }
        return new Nf4Format(block, scalerBlock);
    }
}
