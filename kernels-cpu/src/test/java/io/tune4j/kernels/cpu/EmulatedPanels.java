// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.products.PanelKernels;

/** The product kernels of {@link EmulatedPairs}. */
final class EmulatedPanels implements PanelKernels {
    private static final int LANES = 16;

    @Override
    public PanelShape shape() {
        return PanelShape.of(LANES, true);
    }

    @Override
    public void pack(PackPanels p) {
        EmulatedPairs.packPanels(
                p.source(),
                p.sideStride(),
                p.innerStride(),
                p.size(),
                p.inner(),
                p.elements().bytes(),
                p.target(),
                p.panelStride(),
                p.left() ? 1 : 0,
                p.pairs() ? 1 : 0);
    }

    @Override
    public void multiply(MultiplyPanels p) {
        EmulatedPairs.multiplyPanels(
                p.left(),
                p.leftStride(),
                p.right(),
                p.rightStride(),
                p.rightStep(),
                p.inner(),
                p.rows(),
                p.columns(),
                p.target(),
                p.targetStride(),
                p.before(),
                p.beforeStride(),
                p.alpha(),
                p.adds() ? 1 : 0,
                p.elements().bytes(),
                p.pairs() ? 1 : 0,
                p.byColumns() ? 1 : 0);
    }
}
