// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.model.SequenceCache.Extended;
import io.tune4j.api.model.SequenceCache.Extension;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.tensor.UnaryFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Log-probabilities of given continuations. A context that several continuations share is computed once, and so is the beginning that
 * contexts share, such as the examples of a few-shot task.
 */
public final class Scorer implements AutoCloseable {
    /** A shorter beginning is not worth a sequence of its own. */
    private static final int SHORTEST_BEGINNING = 16;

    /** Logits that exist at a time. */
    private static final long MOST_LOGITS = 16L << 20;

    private final CausalLanguageModel model;
    private final SequenceCache cache;
    private final int rows;
    private int[] beginning = {};
    private int beginningSequence = -1;
    private int beginningAdapter;

    /**
     * @param model stays the caller's
     * @param rows tokens that are computed at once, about
     */
    public Scorer(CausalLanguageModel model, int rows) {
        this.model = model;
        this.cache = model.sequenceCache();
        this.rows = rows;
    }

    /**
     * A continuation to score.
     *
     * @param context tokens before it, at least one
     * @param continuation tokens that are scored, at least one
     * @param adapter a number of {@link io.tune4j.api.nn.AdapterRows}
     */
    public record Item(int[] context, int[] continuation, int adapter) {
        public Item {
            if (context.length == 0 || continuation.length == 0) {
                throw new IllegalArgumentException("context and continuation need a token each");
            }
        }
    }

    /**
     * The score of a continuation.
     *
     * @param logProbabilities natural logarithms, one for each of its tokens
     * @param isGreedy whether each of its tokens was the likeliest one
     */
    public record Score(double[] logProbabilities, boolean isGreedy) {
        /** The continuation's log-likelihood. */
        public double sum() {
            return Arrays.stream(logProbabilities).sum();
        }
    }

    /** Scores items; the results are in their order. */
    public List<Score> score(List<Item> items) {
        List<List<Integer>> contexts = contexts(items);
        Score[] scores = new Score[items.size()];
        for (int start = 0; start < contexts.size(); ) {
            int end = start + 1;
            int adapter = first(items, contexts.get(start)).adapter();
            long size = tokens(items, contexts.get(start));
            while (end < contexts.size()
                    && first(items, contexts.get(end)).adapter() == adapter
                    && size + tokens(items, contexts.get(end)) <= rows) {
                size += tokens(items, contexts.get(end++));
            }
            score(items, contexts.subList(start, end), adapter, scores);
            start = end;
        }
        return List.of(scores);
    }

    /** Numbers of items with the same context and adapter, in an order in which similar contexts follow each other. */
    private static List<List<Integer>> contexts(List<Item> items) {
        Comparator<Item> order = Comparator.comparingInt(Item::adapter).thenComparing(Item::context, Arrays::compare);
        Map<Item, List<Integer>> groups = new TreeMap<>(order);
        for (int i = 0; i < items.size(); i++) {
            groups.computeIfAbsent(items.get(i), unused -> new ArrayList<>()).add(i);
        }
        return List.copyOf(groups.values());
    }

    private static Item first(List<Item> items, List<Integer> group) {
        return items.get(group.get(0));
    }

    private static long tokens(List<Item> items, List<Integer> group) {
        return first(items, group).context.length
                + group.stream()
                        .mapToLong(i -> items.get(i).continuation.length)
                        .sum();
    }

    private void score(List<Item> items, List<List<Integer>> contexts, int adapter, Score[] scores) {
        int shared = shareBeginning(
                contexts.stream().map(group -> first(items, group).context).toList(), adapter);
        List<Integer> opened = new ArrayList<>();
        try (TensorScope scope = TensorScope.open()) {
            List<Integer> sequences = new ArrayList<>();
            List<Extension> extensions = new ArrayList<>();
            for (List<Integer> group : contexts) {
                int[] context = first(items, group).context;
                int sequence = shared == 0
                        ? cache.open(adapter, context.length)
                        : cache.fork(beginningSequence, shared, context.length);
                opened.add(sequence);
                sequences.add(sequence);
                extensions.add(new Extension(sequence, longs(context, shared, context.length), 1));
            }
            List<Scored> firsts = new ArrayList<>();
            contexts.forEach(group -> firsts.add(new Scored(
                    group.stream().mapToInt(i -> items.get(i).continuation[0]).toArray())));
            read(cache.extend(extensions), firsts);

            List<Scored> rests = new ArrayList<>();
            List<Integer> owners = new ArrayList<>();
            List<Extension> further = new ArrayList<>();
            for (int g = 0; g < contexts.size(); g++) {
                for (int i : contexts.get(g)) {
                    int[] continuation = items.get(i).continuation;
                    if (continuation.length > 1) {
                        int sequence = cache.fork(
                                sequences.get(g),
                                cache.length(sequences.get(g)),
                                first(items, contexts.get(g)).context.length + continuation.length);
                        opened.add(sequence);
                        further.add(new Extension(
                                sequence, longs(continuation, 0, continuation.length - 1), continuation.length - 1));
                        owners.add(i);
                        IntStream.range(1, continuation.length)
                                .forEach(at -> rests.add(new Scored(new int[] {continuation[at]})));
                    }
                }
            }
            if (!further.isEmpty()) {
                read(cache.extend(further), rests);
            }
            collect(items, contexts, firsts, rests, owners, scores);
        } finally {
            opened.forEach(cache::end);
        }
    }

    private static void collect(
            List<Item> items,
            List<List<Integer>> contexts,
            List<Scored> firsts,
            List<Scored> rests,
            List<Integer> owners,
            Score[] scores) {
        int rest = 0;
        Map<Integer, Integer> restOf = new TreeMap<>();
        for (int owner : owners) {
            restOf.put(owner, rest);
            rest += items.get(owner).continuation.length - 1;
        }
        for (int g = 0; g < contexts.size(); g++) {
            for (int k = 0; k < contexts.get(g).size(); k++) {
                int item = contexts.get(g).get(k);
                double[] logProbabilities = new double[items.get(item).continuation.length];
                logProbabilities[0] = firsts.get(g).logProbabilities[k];
                boolean isGreedy = firsts.get(g).isLikeliest[k];
                for (int at = 1; at < logProbabilities.length; at++) {
                    Scored scored = rests.get(Objects.requireNonNull(restOf.get(item)) + at - 1);
                    logProbabilities[at] = scored.logProbabilities[0];
                    isGreedy &= scored.isLikeliest[0];
                }
                scores[item] = new Score(logProbabilities, isGreedy);
            }
        }
    }

    /** A row of logits: what is asked of it, and what it says. */
    private static final class Scored {
        private final int[] tokens;
        private final double[] logProbabilities;
        private final boolean[] isLikeliest;

        Scored(int[] tokens) {
            this.tokens = tokens;
            this.logProbabilities = new double[tokens.length];
            this.isLikeliest = new boolean[tokens.length];
        }
    }

    private void read(Extended extended, List<Scored> asked) {
        Tensor hidden = extended.hidden();
        if (hidden == null) {
            return;
        }
        int done = 0;
        int most = (int) Math.max(1, MOST_LOGITS / Math.max(1, vocabulary()));
        while (done < asked.size()) {
            int count = Math.min(most, asked.size() - done);
            try (TensorScope scope = TensorScope.open()) {
                long[] selected = LongStream.range(done, done + count).toArray();
                Pass pass = extended.pass();
                Pass own = pass.adapters() == null
                        ? pass
                        : pass.withAdapters(pass.adapters().select(selected));
                Tensor logits = model.outputHead().forward(hidden.rows(done, count), own);
                read(logits, asked.subList(done, done + count));
            }
            done += count;
        }
    }

    private long vocabulary() {
        var frozen = model.outputHead().frozen();
        return frozen == null ? 1 << 17 : frozen.weight().outFeatures();
    }

    /** {@code logit - max - log(sum(exp(logits - max)))}. */
    private static void read(Tensor logits, List<Scored> asked) {
        Tensor wide = logits.dtype() == DType.FLOAT64 ? logits : logits.cast(DType.FLOAT32);
        Tensor largest = wide.max(-1);
        double[] max = largest.toDoubles();
        double[] logSums = wide.minus(largest)
                .apply(UnaryFunction.EXP)
                .sum(-1)
                .apply(UnaryFunction.LOG)
                .toDoubles();
        int deepest =
                asked.stream().mapToInt(scored -> scored.tokens.length).max().orElse(0);
        for (int k = 0; k < deepest; k++) {
            int at = k;
            long[] columns = asked.stream()
                    .mapToLong(scored -> scored.tokens[Math.min(at, scored.tokens.length - 1)])
                    .toArray();
            double[] picked = wide.pick(Tensor.ofLongs(wide.kernels(), columns)).toDoubles();
            for (int row = 0; row < asked.size(); row++) {
                Scored scored = asked.get(row);
                if (k < scored.tokens.length) {
                    scored.logProbabilities[k] = picked[row] - max[row] - logSums[row];
                    scored.isLikeliest[k] = picked[row] >= max[row];
                }
            }
        }
    }

    /** Computes what all contexts begin with, if it is worth it; returns its length. */
    private int shareBeginning(List<int[]> contexts, int adapter) {
        int[] first = contexts.get(0);
        int common = first.length - 1;
        for (int[] context : contexts) {
            int most = Math.min(common, context.length - 1);
            int mismatch = Arrays.mismatch(first, 0, most, context, 0, most);
            common = mismatch < 0 ? most : mismatch;
        }
        int known = beginningAdapter == adapter && beginningSequence >= 0 ? common(beginning, first, common) : 0;
        if (contexts.size() == 1 && known < SHORTEST_BEGINNING) {
            return 0;
        }
        int wanted = contexts.size() == 1 ? known : common;
        if (wanted < SHORTEST_BEGINNING) {
            return 0;
        }
        if (beginningSequence < 0 || beginningAdapter != adapter) {
            forgetBeginning();
            beginningSequence = cache.open(adapter, wanted);
            beginningAdapter = adapter;
        }
        cache.truncate(beginningSequence, known);
        if (wanted > known) {
            try (TensorScope scope = TensorScope.open()) {
                cache.extend(List.of(new Extension(beginningSequence, longs(first, known, wanted), 0)));
            }
        }
        beginning = Arrays.copyOf(first, wanted);
        return wanted;
    }

    private static int common(int[] known, int[] context, int most) {
        int length = Math.min(known.length, most);
        int mismatch = Arrays.mismatch(known, 0, length, context, 0, length);
        return mismatch < 0 ? length : mismatch;
    }

    private void forgetBeginning() {
        if (beginningSequence >= 0) {
            cache.end(beginningSequence);
            beginningSequence = -1;
        }
    }

    private static long[] longs(int[] tokens, int from, int to) {
        return Arrays.stream(tokens, from, to).asLongStream().toArray();
    }

    @Override
    public void close() {
        cache.close();
    }
}
