// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.api.error.InternalException;

/**
 * How a tier's product kernels want their operands; {@code panels.h} has these numbers for the C sources.
 *
 * @param rows of a panel of the left operand
 * @param columns of a panel of the right operand
 * @param lanes floats in a vector
 * @param pairs whether bf16 is multiplied in pairs; otherwise it is widened to fp32
 */
public record PanelShape(int rows, int columns, int lanes, boolean pairs) {
    /** Bytes of a unit: of a float or of a pair of bf16. */
    public static final int UNIT = 4;

    /** Bytes after each panel that packing may write: the widest vector. */
    public static final int SLACK = 64;

    /** The shape for vectors of so many floats. */
    public static PanelShape of(int lanes, boolean pairs) {
        return switch (lanes) {
            case 16 -> new PanelShape(14, 32, lanes, pairs);
            case 8 -> new PanelShape(6, 16, lanes, pairs);
            case 4 -> new PanelShape(8, 12, lanes, pairs);
            default -> throw new InternalException("no tier has vectors of " + lanes + " floats");
        };
    }
}
