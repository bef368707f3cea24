// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import io.tune4j.api.batch.SequenceLayout.SharedRows;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apiguardian.api.API;

/**
 * A micro-batch without padding: all tokens in one row dimension.
 *
 * @param ids of the samples, for messages
 * @param tokens {@code [T]} token ids
 * @param labelledRows the rows whose output carries loss, ascending: {@code [N]}; a row that stands for several samples may be there
 *     several times
 * @param labels the token each of them is to predict: {@code [N]}
 * @param weights how much the loss of each counts: {@code [N]}, above 0
 * @param labelSamples the sample that each label belongs to, as its place in {@code ids}: {@code [N]}. Where samples share rows, a
 *     row's place does not tell
 * @param layout which rows form which sequence
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record RaggedBatch(
        List<String> ids,
        long[] tokens,
        long[] labelledRows,
        long[] labels,
        float[] weights,
        int[] labelSamples,
        SequenceLayout layout) {
    public RaggedBatch {
        ids = List.copyOf(ids);
        if (tokens.length != layout.rows()
                || labelledRows.length != labels.length
                || weights.length != labels.length
                || labelSamples.length != labels.length) {
            throw new IllegalArgumentException(
                    tokens.length + " tokens for " + layout.rows() + " rows, " + labelledRows.length
                            + " labelled rows for " + labels.length + " labels with " + weights.length
                            + " weights of " + labelSamples.length + " samples");
        }
    }

    /** Sequences that share no rows, each a sample: the one in which a row lies is its label's. */
    public RaggedBatch(
            List<String> ids,
            long[] tokens,
            long[] labelledRows,
            long[] labels,
            float[] weights,
            SequenceLayout layout) {
        this(ids, tokens, labelledRows, labels, weights, samplesOf(labelledRows, layout), layout);
    }

    /** Sequences that share no rows, with labels that count alike. */
    public RaggedBatch(List<String> ids, long[] tokens, long[] labelledRows, long[] labels, SequenceLayout layout) {
        this(ids, tokens, labelledRows, labels, ones(labels.length), layout);
    }

    private static int[] samplesOf(long[] rows, SequenceLayout layout) {
        if (layout.sharing() != null) {
            throw new IllegalArgumentException("sequences that share rows do not tell which sample a label belongs to");
        }
        int[] ofRow = new int[layout.rows()];
        List<SequenceLayout.Sequence> sequences = layout.sequences();
        for (int s = 0; s < sequences.size(); s++) {
            int start = sequences.get(s).start();
            Arrays.fill(ofRow, start, start + sequences.get(s).length(), s);
        }
        return LongStream.of(rows).mapToInt(row -> ofRow[(int) row]).toArray();
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Concatenates samples; row i of a sample predicts its token i + 1 where that is trained. */
    public static RaggedBatch of(List<TokenizedSample> samples) {
        return ofParts(samples.stream().map(SamplePart::whole).toList());
    }

    /** Concatenates parts of samples. No part sees another, not even one of its own sample. */
    public static RaggedBatch ofParts(List<SamplePart> parts) {
        int rows = parts.stream().mapToInt(SamplePart::length).sum();
        int labelled = parts.stream().mapToInt(SamplePart::labelledRows).sum();
        long[] tokens = new long[rows];
        long[] labelledRows = new long[labelled];
        long[] labels = new long[labelled];
        float[] weights = new float[labelled];
        int[] lengths = new int[parts.size()];
        List<String> ids = new ArrayList<>(parts.size());
        int row = 0;
        int label = 0;
        for (int p = 0; p < parts.size(); p++) {
            SamplePart part = parts.get(p);
            int[] all = part.sample().tokens();
            ids.add(part.sample().id());
            lengths[p] = part.length();
            for (int i = 0; i < lengths[p]; i++, row++) {
                tokens[row] = all[part.from() + i];
                if (part.isLabelled(i)) {
                    labelledRows[label] = row;
                    weights[label] = part.sample().weights()[part.from() + i + 1];
                    labels[label++] = all[part.from() + i + 1];
                }
            }
        }
        return new RaggedBatch(ids, tokens, labelledRows, labels, weights, SequenceLayout.ofLengths(lengths));
    }

    /**
     * Computes what samples begin with in common once, if that saves enough.
     *
     * @param least the share of the tokens that must be saved, e.g. 0.05; 1 for never
     * @return this batch if it is less
     */
    public static RaggedBatch ofPartsSharing(List<SamplePart> parts, double least) {
        RaggedBatch plain = ofParts(parts);
        if (parts.size() < 2 || least >= 1) {
            return plain;
        }
        long[] rowOf = PrefixTree.rows(parts);
        int rows = (int) Arrays.stream(rowOf).max().orElse(-1) + 1;
        int saved = rowOf.length - rows;
        if (saved == 0 || saved < least * rowOf.length) {
            return plain;
        }
        long[] tokens = new long[rows];
        for (int place = 0; place < rowOf.length; place++) {
            tokens[(int) rowOf[place]] = plain.tokens[place];
        }
        long[] labelledRows = new long[plain.labels.length];
        long[] labels = new long[labelledRows.length];
        float[] weights = new float[labelledRows.length];
        int[] labelSamples = new int[labelledRows.length];
        int[] inOrder = IntStream.range(0, labelledRows.length)
                .boxed()
                .sorted(Comparator.comparingLong(label -> rowOf[(int) plain.labelledRows[label]]))
                .mapToInt(label -> label)
                .toArray();
        for (int i = 0; i < inOrder.length; i++) {
            int label = inOrder[i];
            labelledRows[i] = rowOf[(int) plain.labelledRows[label]];
            labels[i] = plain.labels[label];
            weights[i] = plain.weights[label];
            labelSamples[i] = plain.labelSamples[label];
        }
        return new RaggedBatch(
                plain.ids,
                tokens,
                labelledRows,
                labels,
                weights,
                labelSamples,
                SequenceLayout.shared(new SharedRows(plain.layout, rowOf, rows)));
    }

    /** Batches one after the other in one, each a group of its layout. */
    public static RaggedBatch joined(List<RaggedBatch> batches) {
        if (batches.size() == 1) {
            return batches.get(0);
        }
        int labelled = batches.stream().mapToInt(RaggedBatch::trainedTokens).sum();
        long[] tokens =
                new long[batches.stream().mapToInt(RaggedBatch::tokenCount).sum()];
        long[] labelledRows = new long[labelled];
        long[] labels = new long[labelled];
        float[] weights = new float[labelled];
        int[] labelSamples = new int[labelled];
        List<String> ids = new ArrayList<>();
        int row = 0;
        int label = 0;
        for (RaggedBatch batch : batches) {
            System.arraycopy(batch.tokens, 0, tokens, row, batch.tokens.length);
            for (int i = 0; i < batch.labels.length; i++, label++) {
                labelledRows[label] = row + batch.labelledRows[i];
                labels[label] = batch.labels[i];
                weights[label] = batch.weights[i];
                labelSamples[label] = ids.size() + batch.labelSamples[i];
            }
            ids.addAll(batch.ids);
            row += batch.tokens.length;
        }
        List<SequenceLayout> layouts = batches.stream().map(RaggedBatch::layout).toList();
        return new RaggedBatch(
                ids, tokens, labelledRows, labels, weights, labelSamples, SequenceLayout.joined(layouts));
    }

    /** Tokens of the samples; more than {@link #tokenCount} where samples share some. */
    public int sampleTokens() {
        return layout.unshared().rows();
    }

    /** All tokens, T. */
    public int tokenCount() {
        return tokens.length;
    }

    /** Tokens that carry loss, N. */
    public int trainedTokens() {
        return labels.length;
    }

    /** The divisor that turns the sum of the losses into their mean; {@link #trainedTokens} where all weights are 1. */
    public double totalWeight() {
        double total = 0;
        for (float weight : weights) {
            total += weight;
        }
        return total;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RaggedBatch batch
                && ids.equals(batch.ids)
                && Arrays.equals(tokens, batch.tokens)
                && Arrays.equals(labelledRows, batch.labelledRows)
                && Arrays.equals(labels, batch.labels)
                && Arrays.equals(weights, batch.weights)
                && Arrays.equals(labelSamples, batch.labelSamples)
                && layout.equals(batch.layout);
    }

    @Override
    public int hashCode() {
        return 31 * ids.hashCode() + Arrays.hashCode(tokens);
    }
}
