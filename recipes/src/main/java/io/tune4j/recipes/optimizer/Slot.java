// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

/** A tensor of an optimizer's state. */
final class Slot {
    private final String name;
    private final boolean signed;
    private final long[] shape;

    /**
     * @param name as PyTorch's state calls it, e.g. {@code exp_avg}
     * @param signed whether its elements may be negative
     */
    Slot(String name, boolean signed, long... shape) {
        this.name = name;
        this.signed = signed;
        this.shape = shape.clone();
    }

    String name() {
        return name;
    }

    boolean signed() {
        return signed;
    }

    long[] shape() {
        return shape.clone();
    }
}
