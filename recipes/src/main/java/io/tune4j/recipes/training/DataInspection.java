// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.DataReport.Lengths;
import io.tune4j.api.recipe.Recipe.DataReport.Sample;
import io.tune4j.api.recipe.Recipe.DataReport.Token;
import io.tune4j.recipes.tokens.TokenStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks at a data set the way a user should before training on it. */
public final class DataInspection {
    private static final double MOST = 0.5;
    private static final long MOST_UNFIT = 1_000_000;

    private final String key;
    private final Tokenizer tokenizer;
    private final @Nullable Integer limit;
    private final int positions;

    /**
     * @param limit {@code tokenizer.max_seq_len}, or null
     * @param positions the most tokens of a sample that the model can take
     */
    public DataInspection(String key, Tokenizer tokenizer, @Nullable Integer limit, int positions) {
        this.key = key;
        this.tokenizer = tokenizer;
        this.limit = limit;
        this.positions = positions;
    }

    /** The counts of one pass over all samples. */
    private static final class Counts {
        private long trained;
        private long masked;
        private long endless;
        private long doubled;
    }

    /** Looks at all samples, one at a time, and at what is known of the records that became none. */
    public DataReport.Set inspect(TokenStore samples, int shown) {
        int[] lengths = IntStream.range(0, samples.size()).map(samples::length).toArray();
        Arrays.sort(lengths);
        Counts counts = new Counts();
        for (int i = 0; i < samples.size(); i++) {
            counts.trained += samples.trainedTokens(i);
            TokenizedSample sample = samples.get(i);
            counts.doubled += beginsTwice(sample) ? 1 : 0;
            counts.masked += samples.trainedTokens(i) == 0 ? 1 : 0;
            counts.endless += samples.trainedTokens(i) > 0 && !learnsToEnd(sample) ? 1 : 0;
        }
        int cut = limit == null ? 0 : longerThan(limit - 1, lengths);
        return new DataReport.Set(
                key,
                samples.size() + " " + samples.summary().description(),
                new Lengths(
                        lengths.length,
                        percentile(lengths, 0),
                        percentile(lengths, 50),
                        percentile(lengths, 90),
                        percentile(lengths, 99),
                        percentile(lengths, 100)),
                samples.summary().tokens(),
                counts.trained,
                cut,
                counts.masked,
                samples.unfit(MOST_UNFIT),
                samples.summary().changes(),
                warnings(samples.size(), counts, cut, longerThan(positions, lengths)),
                samples.stream().limit(shown).map(this::show).toList());
    }

    private static int longerThan(int most, int... lengths) {
        return (int) IntStream.of(lengths).filter(length -> length > most).count();
    }

    private static int percentile(int[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.round(percent / 100.0 * (sorted.length - 1))];
    }

    private List<String> warnings(int samples, Counts counts, int cut, int beyond) {
        List<String> warnings = new ArrayList<>();
        if (samples == 0) {
            return List.of("there is nothing to train on");
        }
        if (counts.masked > 0) {
            warnings.add(
                    of(counts.masked, samples)
                            + " no token to learn: the answer is empty, was cut off, or is masked. They change nothing and are left"
                            + " out. Fill the answers in, raise tokenizer.max_seq_len, or look at masking_strategy and train_on_input");
        }
        long learned = samples - counts.masked;
        if (counts.endless > MOST * learned) {
            warnings.add(of(counts.endless, learned)
                    + " no trained token that ends an answer: the model will not learn to stop, and will talk on. Look at the"
                    + " end of the samples below; a chat_format or chat_template with an end token helps, or a longer"
                    + " tokenizer.max_seq_len, or add_eos: True for plain text");
        }
        if (counts.doubled > 0) {
            warnings.add(of(counts.doubled, samples)
                    + " the token at the beginning twice, which no model has seen in its training: the chat template"
                    + " writes it and the tokenizer or the text adds another; take it out of the template or the text");
        }
        if (cut > 0) {
            warnings.add(of(cut, samples) + " as many tokens as tokenizer.max_seq_len=" + limit
                    + " allows: what was longer was cut off, at the end or with truncation_type: left at the beginning, and"
                    + " what is lost is not learned; raise tokenizer.max_seq_len or shorten the records if it matters");
        }
        if (beyond > 0) {
            warnings.add(of(beyond, samples) + " more tokens than the model's " + positions
                    + " positions, and a run would refuse them: set tokenizer.max_seq_len=" + positions);
        }
        warnings.addAll(tokenizer.remarks());
        return warnings;
    }

    private static String of(long count, long all) {
        return String.format(Locale.ROOT, "%d of %d samples (%.0f %%) have", count, all, 100.0 * count / all);
    }

    private boolean learnsToEnd(TokenizedSample sample) {
        return IntStream.range(1, sample.tokens().length)
                .anyMatch(i -> sample.isTrained(i) && tokenizer.isEnd(sample.tokens()[i]));
    }

    /** Two equal tokens at the beginning that are no text. */
    private boolean beginsTwice(TokenizedSample sample) {
        int[] tokens = sample.tokens();
        return tokens.length > 1
                && tokens[0] == tokens[1]
                && tokenizer.decode(new int[] {tokens[0]}).isEmpty();
    }

    private Sample show(TokenizedSample sample) {
        int[] ids = sample.tokens();
        List<Token> tokens = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ids.length; i++) {
            String text = text(ids, from, i);
            boolean unfinished = text.endsWith("\uFFFD") && i - from < 3 && i + 1 < ids.length;
            // A character of several tokens is shown at its last.
            tokens.add(new Token(ids[i], unfinished ? "" : text, sample.weights()[i]));
            from = unfinished ? from : i + 1;
        }
        return new Sample(sample.id(), tokens);
    }

    /** The text of tokens after the token before them. Some tokenizers put a blank between the two. */
    private String text(int[] ids, int from, int last) {
        int[] own = Arrays.copyOfRange(ids, from, last + 1);
        String alone = tokenizer.decode(own);
        if (alone.isEmpty()) {
            return tokenizer.spelling(ids[last]);
        }
        if (from == 0) {
            return alone;
        }
        String before = tokenizer.decode(new int[] {ids[from - 1]});
        String together = tokenizer.decode(Arrays.copyOfRange(ids, from - 1, last + 1));
        return !before.isEmpty() && together.startsWith(before) ? together.substring(before.length()) : alone;
    }
}
