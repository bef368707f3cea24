package io.tune4j.models.llama.jinja;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a character of a text came from.
 *
 * @param origin the input value that held the character, as its maker named it; null for characters of the template
 * @param owner the tag of the {@link Dict} over which a loop was running when the character was written; null outside of such loops
 * @param generation the number of the {@code generation} block that wrote the character, counted from 0, or -1
 */
public record Mark(@Nullable Object origin, @Nullable Object owner, int generation) {
    /** A character of the template that has not been written yet. */
    public static final Mark TEMPLATE = new Mark(null, null, -1);

    /** A character of an input value. */
    public static Mark of(@Nullable Object origin) {
        return origin == null ? TEMPLATE : new Mark(origin, null, -1);
    }

    /** The mark after the character was written; what was known before stays. */
    Mark written(@Nullable Object by, int block) {
        Object newOwner = owner == null ? by : owner;
        int newBlock = generation < 0 ? block : generation;
        return Objects.equals(newOwner, owner) && newBlock == generation ? this : new Mark(origin, newOwner, newBlock);
    }
}
