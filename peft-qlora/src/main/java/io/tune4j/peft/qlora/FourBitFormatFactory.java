// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code nf4}, with torchao's options {@code block_size} and {@code scaler_block_size} in the model section, and {@code bnb_4bit}
 * with {@code block_size} alone. {@code quantized_cache} of both is {@code off}, {@code auto} for a folder in the user's cache, or a
 * folder.
 */
public final class FourBitFormatFactory implements ComponentFactory<WeightFormat> {
    private static final String CACHE = "quantized_cache";
    private static final int LARGEST_BLOCK = 1 << 16;

    private final String name;
    private final boolean quantizesScalers;
    private final String summary;

    private FourBitFormatFactory(String name, boolean quantizesScalers, String summary) {
        this.name = name;
        this.quantizesScalers = quantizesScalers;
        this.summary = summary;
    }

    /** torchao's values. */
    static FourBitFormatFactory nf4() {
        return new FourBitFormatFactory(
                Scheme.NF4,
                true,
                "frozen weights in 4 bits: NormalFloat4 with doubly quantized scalers, as in torchao");
    }

    /** bitsandbytes' values. */
    static FourBitFormatFactory bitsandbytes() {
        return new FourBitFormatFactory(
                Scheme.BNB, false, "frozen weights in 4 bits: NormalFloat4 with scalers in fp32, as in bitsandbytes");
    }

    @Override
    public Class<WeightFormat> type() {
        return WeightFormat.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public @Nullable WeightFormat create(ConfigReader options, ComponentContext context) {
        int block = options.integer("block_size", BlockLayout.BLOCK, 2, LARGEST_BLOCK);
        int scalerBlock =
                quantizesScalers ? options.integer("scaler_block_size", BlockLayout.SCALER_BLOCK, 1, LARGEST_BLOCK) : 0;
        Path cacheFolder =
                cacheFolder(options.string(CACHE, "off"), context.components().environment());
        if (block % 2 != 0) {
            options.problem("block_size", "two codes share a byte, so it must be even; found " + block);
            return null;
        }
        return new FourBitFormat(new Scheme(name, block, scalerBlock), cacheFolder);
    }

    private static @Nullable Path cacheFolder(String value, Map<String, String> environment) {
        return switch (value) {
            case "off", "false" -> null;
            case "auto", "true" -> UserFolders.cache(environment).resolve("quantized");
            default -> Path.of(value);
        };
    }
}
