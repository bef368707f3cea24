package io.tune4j.api.data;

import io.tune4j.api.batch.TokenizedSample;

/** Training records in a fixed order. Safe for use by several threads. */
public interface Dataset {
    int size();

    /** Record {@code index} as tokens. */
    TokenizedSample get(int index);

    /** One line, e.g. {@code 440 records of train.json}. */
    String describe();
}
