// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import java.util.List;
import java.util.Locale;

/** Shapes for which engines differ in speed. */
public enum ProductKind {
    /** All sides are long: projections of the model, forward and backward. */
    DENSE(List.of(new Shape(512, 576, 768, true), new Shape(512, 768, 576, false))),
    /** One side is short: an adapter's products, whose rank is 8 to 64. */
    THIN(List.of(new Shape(1024, 576, 16, true), new Shape(1024, 16, 576, true), new Shape(16, 1024, 576, false))),
    /** One side is very long: logits over a vocabulary. */
    TALL(List.of(new Shape(128, 576, 8192, true), new Shape(128, 8192, 576, false)));

    private static final long SHORT = 64;
    private static final long VERY_LONG = 8192;

    // Never changed: List.of makes it.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<Shape> samples;

    ProductKind(List<Shape> samples) {
        this.samples = samples;
    }

    /**
     * A product that is measured, {@code [rows, inner] x [inner, columns]}.
     *
     * @param transposed whether the right operand is a view of {@code [columns, inner]}, as a weight is in the forward
     */
    record Shape(long rows, long inner, long columns, boolean transposed) {
        /** Multiplications and additions. */
        double operations() {
            return 2.0 * rows * inner * columns;
        }
    }

    List<Shape> samples() {
        return samples;
    }

    /** The kind of {@code [rows, inner] x [inner, columns]}. */
    static ProductKind of(long rows, long inner, long columns) {
        if (Math.min(rows, Math.min(inner, columns)) <= SHORT) {
            return THIN;
        }
        return Math.max(rows, Math.max(inner, columns)) >= VERY_LONG ? TALL : DENSE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
