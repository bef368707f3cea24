package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.products.PanelKernels;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** The kernels for AVX-512 with bf16 products, compiled for any x86-64 machine: plain C acts like the instructions. */
final class EmulatedBf16 implements PanelKernels {
    static {
        try {
            System.load(
                    Path.of(EmulatedBf16.class.getResource("emulated-bf16.so").toURI())
                            .toString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final int LANES = 16;

    @Override
    public PanelShape shape() {
        return PanelShape.of(LANES, true);
    }

    @Override
    public void pack(PackPanels p) {
        packPanels(
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
        multiplyPanels(
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

    @Override
    public void pack(PackFourBits p) {
        packFourBits(
                p.codes(),
                p.levels(),
                p.scales(),
                p.elements().bytes(),
                p.shift(),
                p.width(),
                p.row(),
                p.column(),
                p.size(),
                p.inner(),
                p.byRows() ? 1 : 0,
                p.target(),
                p.panelStride(),
                p.pairs() ? 1 : 0);
    }

    private static native void packPanels(
            long source,
            long sideStride,
            long innerStride,
            long size,
            long inner,
            int element,
            long target,
            long panelStride,
            int left,
            int pairs);

    private static native void multiplyPanels(
            long left,
            long leftStride,
            long right,
            long rightStride,
            long rightStep,
            long inner,
            long rows,
            long columns,
            long target,
            long targetStride,
            long before,
            long beforeStride,
            float alpha,
            int adds,
            int element,
            int pairs,
            int byColumns);

    private static native void packFourBits(
            long codes,
            long levels,
            long scales,
            int element,
            int shift,
            long width,
            long row,
            long column,
            long size,
            long inner,
            int byRows,
            long target,
            long panelStride,
            int pairs);
}
