// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.recipes.tokens.TokenStore;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Each sample with a token to learn for itself; the others change no gradient and are left out.
 *
 * @param numbers of the samples in the store
 */
record SingleSamples(TokenStore store, int... numbers) implements Units {
    static SingleSamples of(TokenStore store) {
        return new SingleSamples(
                store,
                IntStream.range(0, store.size())
                        .filter(sample -> store.trainedTokens(sample) > 0)
                        .toArray());
    }

    @Override
    public int size() {
        return numbers.length;
    }

    @Override
    public int length(int unit) {
        return store.length(numbers[unit]);
    }

    @Override
    public List<SamplePart> parts(int unit) {
        return List.of(SamplePart.whole(store.get(numbers[unit])));
    }

    @Override
    public int leftOut() {
        return store.size() - size();
    }

    @Override
    public String identity() {
        return "samples";
    }
}
