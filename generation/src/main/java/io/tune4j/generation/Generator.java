// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.model.SequenceCache.Extended;
import io.tune4j.api.model.SequenceCache.Extension;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Continues many prompts at once. Any thread may submit requests. One thread, always the same, calls {@link #step} as long as it
 * returns true, or {@link #generate}. The answer to a request does not depend on other requests.
 */
public final class Generator implements AutoCloseable {
    /** Number of logits on the host at a time. */
    private static final long MOST_LOGITS = 16L << 20;

    private final CausalLanguageModel model;
    private final Tokenizer tokenizer;
    private final int positions;
    private final GeneratorOptions options;
    private final SequenceCache cache;
    private final Prefixes prefixes;
    private final Queue<Running> waiting = new ConcurrentLinkedQueue<>();
    private final List<Running> running = new ArrayList<>();

    /**
     * @param model the model, which the caller closes; its weights must not change during generation
     * @param tokenizer the tokenizer, which the caller closes
     * @param positions the most tokens of a prompt with its answer
     */
    public Generator(CausalLanguageModel model, Tokenizer tokenizer, int positions, GeneratorOptions options) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.positions = positions;
        this.options = options;
        this.cache = options.usesCache() ? model.sequenceCache() : model.recomputingCache();
        this.prefixes = new Prefixes(cache, options.usesCache() ? options.keptTokens() : 0);
    }

    /**
     * Adds a request, which the following steps answer.
     *
     * @throws UserException if the prompt leaves no position for an answer
     */
    public Ticket submit(GenerationRequest request, GenerationListener listener) {
        int length = request.prompt().length;
        if (length > positions || (length == positions && request.maxNewTokens() > 0)) {
            throw new UserException("the prompt has " + length + " tokens, but prompt and answer together may have "
                    + positions + "; shorten the prompt");
        }
        Ticket ticket = new Ticket();
        int most = Math.min(request.maxNewTokens(), positions - length);
        waiting.add(new Running(request, listener, ticket, tokenizer, most));
        return ticket;
    }

    /** Answers all requests together, on the calling thread. */
    public List<Generation> generate(List<GenerationRequest> requests) {
        List<Ticket> tickets = requests.stream()
                .map(request -> submit(request, GenerationListener.NONE))
                .toList();
        while (step()) {
            // Each step gives every request a token.
        }
        return tickets.stream().map(Ticket::await).toList();
    }

    /** Number of requests that are not running yet; for any thread. */
    public int waiting() {
        return waiting.size();
    }

    /** Number of running requests; for the thread that steps. */
    public int running() {
        return running.size();
    }

    /** Bytes of the cached keys and values; for the thread that steps. */
    public long cacheBytes() {
        return cache.byteSize();
    }

    /**
     * Generates a token for each running request, or reads a part of its prompt.
     *
     * @return false if no request is left
     */
    public boolean step() {
        running.stream().filter(each -> each.ticket().isCancelled()).toList().forEach(this::finish);
        waiting.stream().filter(each -> each.ticket().isCancelled()).toList().forEach(this::finish);
        admit();
        if (running.isEmpty()) {
            return !waiting.isEmpty();
        }
        // So that the rows of one adapter are adjacent.
        running.sort(Comparator.comparingInt(Running::adapter));
        List<Running> computed = new ArrayList<>();
        List<Extension> extensions = new ArrayList<>();
        int rows = 0;
        for (Running each : running) {
            int left = each.length() - each.computed();
            int most = left == 1 ? 1 : options.rowsPerStep() - rows;
            if (most > 0) {
                Extension extension = each.next(most);
                computed.add(each);
                extensions.add(extension);
                rows += left == 1 ? 0 : extension.tokens().length;
            }
        }
        try {
            compute(computed, extensions);
        } catch (MemoryException e) {
            freeMemory(e);
        } catch (TuneException e) {
            List.copyOf(running).forEach(each -> fail(each, e));
        }
        List.copyOf(running).stream().filter(Running::isEnded).forEach(this::finish);
        return !running.isEmpty() || !waiting.isEmpty();
    }

    private void admit() {
        while (running.size() < options.maxSequences()) {
            Running next = waiting.peek();
            if (next == null) {
                return;
            }
            int[] prompt = next.request().prompt();
            if (next.isEnded()) {
                waiting.remove();
                next.finish();
                continue;
            }
            if (options.usesCache() && Prefixes.worthWaitingFor(prompt, next.adapter(), running) != null) {
                return;
            }
            waiting.remove();
            try {
                next.admit(prefixes.open(prompt, next.adapter(), next.expectedLength(), running), cache);
                running.add(next);
            } catch (MemoryException e) {
                if (prefixes.clear() || !running.isEmpty()) {
                    // Tried again later, when memory may be free.
                    waiting.add(next);
                } else {
                    fail(next, e);
                }
                return;
            }
        }
    }

    private void compute(List<Running> computed, List<Extension> extensions) {
        List<Running> wanted = new ArrayList<>();
        try (TensorScope scope = TensorScope.open()) {
            Extended extended = cache.extend(extensions);
            for (int i = 0; i < computed.size(); i++) {
                computed.get(i).computed(extensions.get(i).tokens().length);
                if (extensions.get(i).wanted() > 0) {
                    wanted.add(computed.get(i));
                }
            }
            Tensor hidden = extended.hidden();
            if (hidden != null) {
                Tensor logits = model.outputHead().forward(hidden, extended.pass());
                choose(wanted, logits);
            }
        }
    }

    private static void choose(List<Running> wanted, Tensor logits) {
        int width = Math.toIntExact(logits.size(1));
        int most = (int) Math.max(1, MOST_LOGITS / width);
        for (int start = 0; start < wanted.size(); start += most) {
            int count = Math.min(most, wanted.size() - start);
            try (Tensor rows = logits.rows(start, count)) {
                float[] values = rows.toFloats();
                for (int i = 0; i < count; i++) {
                    float[] own = count == 1 ? values : Arrays.copyOfRange(values, i * width, (i + 1) * width);
                    wanted.get(start + i).choose(own);
                }
            }
        }
    }

    /** Frees memory: drops finished sequences or, if there are none, fails the newest request. */
    private void freeMemory(MemoryException cause) {
        if (!prefixes.clear()) {
            fail(running.get(running.size() - 1), cause);
        }
    }

    private void finish(Running ended) {
        if (running.remove(ended)) {
            prefixes.keep(ended);
        }
        waiting.remove(ended);
        ended.finish();
    }

    private void fail(Running failed, TuneException failure) {
        if (running.remove(failed)) {
            cache.end(failed.sequence());
        }
        failed.ticket().fail(failure);
        failed.listener().failed(failure);
    }

    /** Ends all requests as if they were cancelled, and frees the cache. */
    @Override
    public void close() {
        waiting.forEach(each -> each.ticket().cancel());
        running.forEach(each -> each.ticket().cancel());
        List.copyOf(running).forEach(this::finish);
        List.copyOf(waiting).forEach(this::finish);
        cache.close();
    }
}
