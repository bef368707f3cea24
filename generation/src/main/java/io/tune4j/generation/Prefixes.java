// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.model.SequenceCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cached sequences by their tokens. A prompt that shares a prefix with one of them reuses that part of the cache. */
final class Prefixes {
    /** The shortest prefix that is reused. */
    private static final int SHORTEST = 16;

    /** If a prompt shares at least this part of a finished sequence, it continues the sequence itself instead of a fork. */
    private static final double TAKEN_OVER = 0.75;

    private final SequenceCache cache;
    private final int keptTokens;

    /** Finished sequences; the most recently used one is last. */
    private final List<Kept> kept = new ArrayList<>();

    Prefixes(SequenceCache cache, int keptTokens) {
        this.cache = cache;
        this.keptTokens = keptTokens;
    }

    private record Kept(int sequence, int adapter, int[] tokens) {}

    /** Opens a sequence for a prompt, with the longest prefix that is in the cache. */
    int open(int[] prompt, int adapter, int expected, Collection<Running> running) {
        Kept best = null;
        int shared = SHORTEST - 1;
        boolean isFinished = false;
        for (Kept each : kept) {
            int common = each.adapter == adapter ? common(each.tokens, each.tokens.length, prompt) : 0;
            if (common > shared) {
                best = each;
                shared = common;
                isFinished = true;
            }
        }
        for (Running each : running) {
            int common = each.adapter() == adapter ? common(each.tokens(), each.computed(), prompt) : 0;
            if (common > shared) {
                best = new Kept(each.sequence(), adapter, each.tokens());
                shared = common;
                isFinished = false;
            }
        }
        if (best == null) {
            return cache.open(adapter, expected);
        }
        if (isFinished && shared >= TAKEN_OVER * best.tokens.length) {
            kept.remove(best);
            cache.truncate(best.sequence, shared);
            return best.sequence;
        }
        return cache.fork(best.sequence, shared, expected);
    }

    /** A running sequence that will compute more of the prompt's prefix than it has now; null if there is none. */
    static @Nullable Running worthWaitingFor(int[] prompt, int adapter, Collection<Running> running) {
        for (Running each : running) {
            if (each.adapter() == adapter
                    && common(each.tokens(), each.length(), prompt)
                            >= SHORTEST + common(each.tokens(), each.computed(), prompt)) {
                return each;
            }
        }
        return null;
    }

    /** The length of the common prefix, shorter than the prompt, because at least one token of it must be computed. */
    private static int common(int[] tokens, int count, int[] prompt) {
        int most = Math.min(count, prompt.length - 1);
        int difference = Arrays.mismatch(tokens, 0, most, prompt, 0, most);
        return difference < 0 ? most : difference;
    }

    /** Keeps a finished sequence, and drops the least recently used ones. */
    void keep(Running finished) {
        int[] tokens = Arrays.copyOf(finished.tokens(), finished.computed());
        kept.add(new Kept(finished.sequence(), finished.adapter(), tokens));
        int all = kept.stream().mapToInt(each -> each.tokens.length).sum();
        Iterator<Kept> oldest = kept.iterator();
        while (all > keptTokens && oldest.hasNext()) {
            Kept each = oldest.next();
            all -= each.tokens.length;
            cache.end(each.sequence);
            oldest.remove();
        }
    }

    /** Drops all finished sequences; false if there were none. */
    boolean clear() {
        boolean had = !kept.isEmpty();
        kept.forEach(each -> cache.end(each.sequence));
        kept.clear();
        return had;
    }
}
