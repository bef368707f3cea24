// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.MultiplyPanels;
import io.tune4j.kernels.cpu.PackPanels;
import io.tune4j.kernels.cpu.PanelShape;
import io.tune4j.kernels.cpu.Tier;

/** The kernels that a product consists of. */
public interface PanelKernels {
    PanelShape shape();

    void pack(PackPanels packing);

    void multiply(MultiplyPanels product);

    /** The kernels of a tier whose library is loaded. */
    static PanelKernels of(Tier tier) {
        PanelShape shape = PanelShape.of(tier.lanes(), tier.hasBf16Products());
        return new PanelKernels() {
            @Override
            public PanelShape shape() {
                return shape;
            }

            @Override
            public void pack(PackPanels packing) {
                packing.run();
            }

            @Override
            public void multiply(MultiplyPanels product) {
                product.run();
            }
        };
    }
}
