// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a character of a text came from.
 *
 * @param origin the input value that held the character, as its maker named it; null for characters of the template
 * @param owner the tag of the {@link Dict} over which the outermost loop was running when the character was written; null outside of
 *     such loops
 * @param inner the tag of another {@link Dict}, over which a loop within that loop was running; null outside of such loops
 * @param generation the number of the {@code generation} block that wrote the character, counted from 0, or -1
 */
public record Mark(
        @Nullable Object origin,
        @Nullable Object owner,
        @Nullable Object inner,
        int generation) {
    /** A character of the template that has not been written yet. */
    public static final Mark TEMPLATE = new Mark(null, null, null, -1);

    /** A character of an input value. */
    public static Mark of(@Nullable Object origin) {
        return origin == null ? TEMPLATE : new Mark(origin, null, null, -1);
    }

    /**
     * The mark after the character was written; what was known before stays.
     *
     * @param place the mark of a template's character at that place
     */
    Mark written(Mark place) {
        Mark owners = owner == null ? place : this;
        int block = generation < 0 ? place.generation : generation;
        boolean same = Objects.equals(owners.owner, owner) && block == generation;
        return same ? this : new Mark(origin, owners.owner, owners.inner, block);
    }

    /** The mark of a place within a loop over a dictionary with a tag. */
    Mark within(Object tag) {
        return owner == null || owner.equals(tag)
                ? new Mark(origin, tag, null, generation)
                : new Mark(origin, owner, tag, generation);
    }

    /** The mark of a place within a {@code generation} block. */
    Mark generating(int block) {
        return new Mark(origin, owner, inner, block);
    }
}
