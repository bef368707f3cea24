package io.tune4j.api.plugin;

import org.jspecify.annotations.Nullable;

/**
 * The meaning of another trainer's name here, so that its users can bring their configs along.
 *
 * @param name as it stands in such configs, e.g. {@code torchtune.training.FullModelTorchTuneCheckpointer}; with {@code .*}
 *     at its end it stands for every name below
 * @param replacement the component's name here; null if nothing does its work
 * @param advice without a replacement, what to use instead; with one, how it differs, or empty
 */
public record ForeignName(String name, @Nullable String replacement, String advice) {
    private static final String ALL_BELOW = ".*";

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

    /** Whether it stands for a written name. */
    public boolean covers(String written) {
        return name.endsWith(ALL_BELOW)
                ? written.startsWith(name.substring(0, name.length() - 1))
                : written.equals(name);
    }
}
