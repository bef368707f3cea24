// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The values of a metric over the questions of a task. */
public final class Tally {
    private final Aggregation aggregation;
    private final List<Double> values = new ArrayList<>();
    private double weights;

    Tally(Aggregation aggregation) {
        this.aggregation = aggregation;
    }

    void add(double value) {
        add(value, 1);
    }

    void add(double value, double weight) {
        values.add(value);
        weights += weight;
    }

    /** The number of questions. */
    public int count() {
        return values.size();
    }

    /** The value of one question. */
    public double of(int question) {
        return values.get(question);
    }

    private double sum() {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** The one number. */
    public double value() {
        return switch (aggregation) {
            case MEAN -> sum() / count();
            case RATIO -> sum() / weights;
            case PERPLEXITY -> Math.exp(-sum() / count());
            case WEIGHTED_PERPLEXITY -> Math.exp(-sum() / weights);
            case BITS -> -sum() / weights / Math.log(2);
        };
    }

    /**
     * Its standard error: of a mean, the sample's standard deviation over the root of n; of a perplexity, that of the mean times the
     * perplexity (the delta method).
     *
     * @return empty where values are weighted, or there are fewer than two
     */
    public OptionalDouble standardError() {
        if (count() < 2 || aggregation != Aggregation.MEAN && aggregation != Aggregation.PERPLEXITY) {
            return OptionalDouble.empty();
        }
        double mean = sum() / count();
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        double error = Math.sqrt(squares / (count() - 1)) / Math.sqrt(count());
        return OptionalDouble.of(aggregation == Aggregation.PERPLEXITY ? error * value() : error);
    }

    /** The values of several tasks as if they were one, for a group. */
    public static Tally together(List<Tally> tallies) {
        Tally all = new Tally(tallies.get(0).aggregation);
        for (Tally tally : tallies) {
            all.values.addAll(tally.values);
            all.weights += tally.weights;
        }
        return all;
    }
}
