// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.recipes.tokens.TokenStore;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pairs of samples, a preferred answer and a rejected one, which come into a micro-batch together and in this order.
 *
 * @param numbers of the pairs, of which pair n is the samples 2n and 2n + 1 of the store
 */
record SamplePairs(TokenStore store, int... numbers) implements Units {
    /** All pairs with tokens to learn in both answers. */
    static SamplePairs of(TokenStore store) {
        return new SamplePairs(
                store,
                IntStream.range(0, store.size() / 2)
                        .filter(pair -> store.trainedTokens(2 * pair) > 0 && store.trainedTokens(2 * pair + 1) > 0)
                        .toArray());
    }

    @Override
    public int size() {
        return numbers.length;
    }

    @Override
    public int length(int unit) {
        return store.length(2 * numbers[unit]) + store.length(2 * numbers[unit] + 1);
    }

    @Override
    public List<SamplePart> parts(int unit) {
        int first = 2 * numbers[unit];
        return List.of(SamplePart.whole(store.get(first)), SamplePart.whole(store.get(first + 1)));
    }

    @Override
    public int leftOut() {
        return store.size() / 2 - size();
    }

    @Override
    public String identity() {
        return "pairs";
    }
}
