// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of another trainer's name here, so that its users can bring their configs along.
 *
 * @param name as it stands in such configs, e.g. {@code torchtune.training.FullModelTorchTuneCheckpointer}; with {@code .*}
 *     at its end it stands for every name below
 * @param replacement the component's name here; null if nothing does its work
 * @param advice without a replacement, what to use instead; with one, how it differs, or empty
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ForeignName(String name, @Nullable String replacement, String advice) {
    private static final String ALL_BELOW = ".*";

    /** The replacement of names that are known by their last part. */
    private static final String LAST_PART = "*";

    /** Maps a name to the equal component here. */
    public static ForeignName same(String name, String replacement) {
        return new ForeignName(name, replacement, "");
    }

    /**
     * Something that does its work, but not in every respect.
     *
     * @param difference shown to the user, e.g. {@code state is kept in fp32}
     */
    public static ForeignName similar(String name, String replacement, String difference) {
        return new ForeignName(name, replacement, difference);
    }

    /**
     * Something that has no counterpart.
     *
     * @param advice what to use instead
     */
    public static ForeignName missing(String name, String advice) {
        return new ForeignName(name, null, advice);
    }

    /**
     * Says that names below a prefix are known here by their last part, wherever the other trainer keeps it: {@code
     * torchtune.models.llama3_1.lora_llama3_1_8b} is {@code lora_llama3_1_8b}.
     *
     * @param prefix e.g. {@code torchtune}
     */
    public static ForeignName lastPart(String prefix) {
        return new ForeignName(prefix + ALL_BELOW, LAST_PART, "");
    }

    /** Whether names that it covers are known by their last part. */
    public boolean isLastPart() {
        return LAST_PART.equals(replacement);
    }

    /**
     * The component's name here for a written name that it covers; null if nothing does its work.
     *
     * @param written e.g. {@code torch.optim.AdamW}
     */
    public @Nullable String replacementOf(String written) {
        return isLastPart() ? written.substring(written.lastIndexOf('.') + 1) : replacement;
    }

    /** Whether it stands for a written name. */
    public boolean covers(String written) {
        return name.endsWith(ALL_BELOW)
                ? written.startsWith(name.substring(0, name.length() - 1))
                : written.equals(name);
    }
}
