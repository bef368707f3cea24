// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** Some rows of an array, e.g. those that carry loss; saves the row numbers. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RowSelection {
    private RowSelection() {}

    /**
     * @param x {@code [T, D]}
     * @param rows {@code [N]} int64; where one is there several times, its gradients add up
     * @return {@code [N, D]}
     */
    public static Tensor apply(Tensor x, Tensor rows, Pass pass) {
        Tensor selected = x.gatherRows(rows);
        if (pass.tape().tracks(x)) {
            long height = x.size(0);
            long width = x.size(1);
            pass.tape()
                    .record(
                            selected,
                            (dy, gradients) -> gradients.add(
                                    x,
                                    Tensor.zeros(dy.kernels(), dy.dtype(), height, width)
                                            .addRowsInPlace(rows, dy)),
                            rows);
        }
        return selected;
    }
}
