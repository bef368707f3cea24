// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.tokens;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The summary of a token store, in {@code about.json}.
 *
 * @param format of the files
 * @param description of the data set, to be read after a number
 * @param samples how many there are
 * @param tokens of all of them
 * @param largestToken the highest token id
 * @param skipped records that did not fit and were to be left out
 * @param unfit other records that did not fit
 * @param firstUnfit why the first of these did not, or null
 * @param changes what of records is not in the tokens as it was, each with the number of its samples
 * @param digest of all tokens and marks
 */
public record StoreSummary(
        int format,
        String description,
        long samples,
        long tokens,
        int largestToken,
        long skipped,
        long unfit,
        @Nullable String firstUnfit,
        Map<String, Long> changes,
        String digest) {
    static final int FORMAT = 3;
    static final String FILE = "about.json";
}
