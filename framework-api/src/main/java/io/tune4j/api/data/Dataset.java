package io.tune4j.api.data;

import io.tune4j.api.batch.TokenizedSample;
import org.jspecify.annotations.Nullable;

/** Training records in a fixed order. Safe for use by several threads. */
public interface Dataset {
    int size();

    /** Record {@code index} as tokens. */
    TokenizedSample get(int index);

    /** How samples are packed together, or null if each is a unit of its own. */
    default @Nullable Packing packing() {
        return null;
    }

    /** One line, e.g. {@code 440 records of train.json}. */
    String describe();
}
