package io.tune4j.api.data;

import io.tune4j.api.batch.TokenizedSample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Training records in a fixed order. Safe for use by several threads. */
public interface Dataset {
    int size();

    /** Record {@code index} as tokens. */
    TokenizedSample get(int index);

    /** Records that did not fit and were left out on request, each with the reason. */
    default List<String> skipped() {
        return List.of();
    }

    /** Whether a record that cannot be tokenized is to be left out instead of ending the run. */
    default boolean skipsBadRecords() {
        return false;
    }

    /** How samples are packed together, or null if each is a unit of its own. */
    default @Nullable Packing packing() {
        return null;
    }

    /** One line, e.g. {@code 440 records of train.json}. */
    String describe();
}
