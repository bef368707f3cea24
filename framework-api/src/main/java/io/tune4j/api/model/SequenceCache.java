// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Sequences that grow, with what a model keeps of their tokens so that each token is computed once: in a decoder the keys and values of
 * every layer (Shazeer 2019, section 2.3). Sequences have numbers; each goes through one adapter of the model. Confined to one thread.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SequenceCache extends AutoCloseable {
    /**
     * Begins a sequence without tokens.
     *
     * @param adapter its number in {@link io.tune4j.api.nn.Pass.AdapterRows}
     * @param expectedLength tokens that memory is reserved for; the sequence may get more
     * @return the sequence's number
     */
    int open(int adapter, int expectedLength);

    /**
     * Begins a sequence with the first tokens of another, of the same adapter, without computing them.
     *
     * @param sequence the other, which stays as it is
     * @param length number of tokens, at most those of the other
     * @param expectedLength as of {@link #open}
     * @return the new sequence's number
     */
    int fork(int sequence, int length, int expectedLength);

    /** Number of tokens. */
    int length(int sequence);

    /** Forgets the tokens after the first {@code length}. */
    void truncate(int sequence, int length);

    /** Forgets a sequence; its number may be given to another. */
    void end(int sequence);

    /**
     * Appends tokens to sequences, each of which occurs once. Where this fails, sequences are as long as before. The result belongs to the
     * caller's scope.
     *
     * @throws io.tune4j.api.error.DataException if a token is not in the vocabulary, or a sequence becomes longer than the model has
     *     positions
     */
    Extended extend(List<Extension> extensions);

    /** Bytes that sequences take at present. */
    long byteSize();

    @Override
    void close();

    /**
     * Tokens to append.
     *
     * @param sequence its number
     * @param tokens at least one
     * @param wanted so many hidden states are returned, those of the last tokens
     */
    record Extension(int sequence, long[] tokens, int wanted) {
        public Extension {
            if (tokens.length == 0 || wanted < 0 || wanted > tokens.length) {
                throw new IllegalArgumentException(wanted + " of " + tokens.length + " tokens wanted");
            }
        }
    }

    /**
     * The result of {@link #extend}.
     *
     * @param hidden final, normed hidden states {@code [N, D]} of the wanted tokens, extension by extension; null if none is wanted
     * @param pass for the output projection of these rows
     */
    record Extended(@Nullable Tensor hidden, Pass pass) {}
}
