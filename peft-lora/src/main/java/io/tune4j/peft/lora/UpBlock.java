// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.List;

/**
 * B's of projections of one output that are multiplied at once: one, or several as the blocks of a diagonal with zeros around them. A
 * product with few columns takes nearly as long as one with a few more, so several adapters of low rank are faster in one product than in
 * one each (docs/notes/kernels.md); of higher rank they are not.
 */
final class UpBlock implements AutoCloseable {
    /** Columns up to which a product with zeros in it is the faster one. */
    private static final long MOST_RANKS = 16;

    /**
     * One adapted projection.
     *
     * @param column its first column in y
     * @param lowColumn its first column in low
     */
    record Place(LoraWeights weights, long column, long lowColumn) {
        long out() {
            return weights.target().projection().outFeatures();
        }

        long rank() {
            return weights.target().rank();
        }

        double scale() {
            return weights.scale();
        }
    }

    private final List<Place> places;
    private final Place first;
    private final long width;
    private final long ranks;
    private final ComposedMatrix matrix;

    private UpBlock(List<Place> places) {
        this.places = List.copyOf(places);
        first = places.get(0);
        Place last = places.get(places.size() - 1);
        width = last.column() + last.out() - first.column();
        ranks = last.lowColumn() + last.rank() - first.lowColumn();
        matrix = new ComposedMatrix(
                places.stream().map(place -> place.weights().b()).toList(),
                new long[] {width, ranks},
                (all, i) -> block(all, this.places.get(i)));
    }

    /**
     * All places in as few blocks as are worth it.
     *
     * @param places by their columns
     * @param haveOneScale whether that is so of all of them
     */
    static List<UpBlock> of(List<Place> places, boolean haveOneScale) {
        long ranks = places.stream().mapToLong(Place::rank).sum();
        return ranks <= MOST_RANKS && haveOneScale
                ? List.of(new UpBlock(places))
                : places.stream().map(place -> new UpBlock(List.of(place))).toList();
    }

    double scale() {
        return first.scale();
    }

    /** Its columns of y. */
    long width() {
        return width;
    }

    /** Its columns of y, or of y's gradient: a view. */
    Tensor of(Tensor wide) {
        return wide.narrow(1, first.column(), width);
    }

    /** Its columns of low, or of low's gradient: a view. */
    Tensor ofLow(Tensor low) {
        return low.narrow(1, first.lowColumn(), ranks);
    }

    /** {@code [columns of y, columns of low]}; not to be closed or changed. */
    Tensor b(DType dtype) {
        return matrix.in(dtype);
    }

    /**
     * Adds to the parameters' gradients.
     *
     * @param gradient {@code [columns of y, columns of low]}: what is beside the diagonal belongs to no parameter
     */
    void accumulate(Tensor gradient) {
        for (Place place : places) {
            place.weights().b().accumulate(block(gradient, place));
        }
    }

    private Tensor block(Tensor all, Place place) {
        return all.narrow(0, place.column() - first.column(), place.out())
                .narrow(1, place.lowColumn() - first.lowColumn(), place.rank());
    }

    @Override
    public void close() {
        matrix.close();
    }
}
