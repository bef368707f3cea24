// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.model.SequenceCache.Extension;
import io.tune4j.generation.GeneratedToken.Candidate;
import io.tune4j.generation.Generation.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request from its submission to its end. */
final class Running {
    private final GenerationRequest request;
    private final GenerationListener listener;
    private final Ticket ticket;
    private final TokenChooser chooser;
    private final TextStream stream;
    private final int mostTokens;
    private final List<GeneratedToken> answer = new ArrayList<>();
    private int[] tokens;
    private int length;
    private int sequence = -1;
    private int computed;
    private int reused;
    private @Nullable Reason reason;

    /** @param mostTokens the most tokens of the answer, limited by the request and by the model's positions */
    Running(
            GenerationRequest request,
            GenerationListener listener,
            Ticket ticket,
            Tokenizer tokenizer,
            int mostTokens) {
        this.request = request;
        this.listener = listener;
        this.ticket = ticket;
        this.mostTokens = mostTokens;
        this.chooser = new TokenChooser(request.sampling(), request.prompt());
        this.stream = new TextStream(tokenizer, request.stops());
        this.tokens = Arrays.copyOf(request.prompt(), request.prompt().length + Math.min(mostTokens, 256));
        this.length = request.prompt().length;
        this.reason = mostTokens == 0 ? Reason.LENGTH : null;
    }

    GenerationRequest request() {
        return request;
    }

    GenerationListener listener() {
        return listener;
    }

    Ticket ticket() {
        return ticket;
    }

    int adapter() {
        return request.adapter();
    }

    int sequence() {
        return sequence;
    }

    boolean isAdmitted() {
        return sequence >= 0;
    }

    /** The tokens of prompt and answer; only the first {@link #length} are valid. */
    int[] tokens() {
        return tokens;
    }

    int length() {
        return length;
    }

    /** Number of tokens that are in the cache. */
    int computed() {
        return computed;
    }

    int expectedLength() {
        return request.prompt().length + mostTokens;
    }

    boolean isEnded() {
        return reason != null;
    }

    void admit(int given, SequenceCache cache) {
        sequence = given;
        computed = cache.length(given);
        reused = computed;
    }

    /** The next tokens to compute. */
    Extension next(int most) {
        int count = Math.min(length - computed, most);
        long[] added = new long[count];
        for (int i = 0; i < count; i++) {
            added[i] = tokens[computed + i];
        }
        return new Extension(sequence, added, computed + count == length ? 1 : 0);
    }

    void computed(int count) {
        computed += count;
    }

    /** Chooses the next token from the logits of the last one; changes the logits. */
    void choose(float[] logits) {
        double logSum = request.likeliest() < 0 ? Double.NaN : Likelihoods.logSum(logits);
        List<Candidate> likeliest = Likelihoods.likeliest(logits, request.likeliest(), logSum);
        float[] plain =
                request.likeliest() < 0 || request.sampling().repetitionPenalty() == 1 ? logits : logits.clone();
        int id = chooser.choose(logits);
        if (request.ends().contains(id)) {
            reason = Reason.STOP;
            return;
        }
        GeneratedToken token = new GeneratedToken(id, plain[id] - logSum, likeliest);
        append(token);
        listener.token(token);
        show(stream.add(id));
        if (stream.isStopped()) {
            reason = Reason.STOP;
        } else if (answer.size() >= mostTokens) {
            reason = Reason.LENGTH;
        }
    }

    private void append(GeneratedToken token) {
        answer.add(token);
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token.id();
    }

    private void show(String more) {
        if (!more.isEmpty()) {
            listener.text(more);
        }
    }

    /** Completes the ticket and notifies the listener. */
    void finish() {
        Reason why = reason == null ? Reason.CANCELLED : reason;
        show(stream.end());
        Generation generation = new Generation(answer, stream.text(), why, request.prompt().length, reused);
        ticket.complete(generation);
        listener.finished(generation);
    }
}
