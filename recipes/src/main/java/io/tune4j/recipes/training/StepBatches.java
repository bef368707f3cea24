// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The micro-batches of each step, from its place in the epoch, with small ones merged. */
public final class StepBatches {
    /**
     * Samples that are computed together.
     *
     * @param first the number of its first micro-batch in the step
     * @param samples sample numbers
     */
    public record Group(int first, int... samples) {}

    private final BatchOrder order;
    private final int[] lengths;
    private final long joined;
    private int epoch = -1;
    private List<int[]> batches = List.of();

    /** @param joined tokens up to which micro-batches that follow each other are computed as one; 0 to compute each for itself */
    public StepBatches(TrainingData data, BatchOrder order, long joined) {
        this.order = order;
        this.joined = joined;
        this.lengths = data.lengths();
    }

    /** The groups of a step, in order. */
    public List<Group> of(int wantedEpoch, int stepInEpoch) {
        if (wantedEpoch != epoch) {
            epoch = wantedEpoch;
            batches = order.epoch(epoch);
        }
        List<int[]> step = order.step(batches, stepInEpoch);
        List<List<Integer>> numbers = joined > 0
                ? BatchOrder.merged(step, lengths, joined)
                : IntStream.range(0, step.size()).mapToObj(List::of).toList();
        List<Group> groups = new ArrayList<>(numbers.size());
        for (List<Integer> together : numbers) {
            int[] samples = together.stream()
                    .flatMapToInt(number -> IntStream.of(step.get(number)))
                    .toArray();
            groups.add(new Group(together.get(0), samples));
        }
        return groups;
    }
}
