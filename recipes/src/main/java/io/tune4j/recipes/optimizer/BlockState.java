// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BlockQuantization;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.function.BiConsumer;

/** A state of 8-bit codes. Blocks run over the elements row by row, as in torchao; the last may be shorter, as in bitsandbytes. */
final class BlockState implements StateTensor {
    private final Slot slot;
    private final int blockSize;
    private final DType wide;
    private final CodeMaps maps;
    private final Tensor codes;
    private final Tensor scales;

    BlockState(Backend home, Slot slot, int blockSize, DType wide, CodeMaps maps) {
        this.slot = slot;
        this.blockSize = blockSize;
        this.wide = wide;
        this.maps = maps;
        codes = TensorScope.detach(Tensor.zeros(home, DType.UINT8, slot.shape()));
        long blocks = BlockQuantization.blocks(codes.elementCount(), blockSize);
        scales = TensorScope.detach(Tensor.zeros(home, DType.FLOAT32, blocks));
    }

    private BlockState(BlockState whole, long start, long count) {
        slot = new Slot(whole.slot.name(), whole.slot.signed(), count);
        blockSize = whole.blockSize;
        wide = whole.wide;
        maps = whole.maps;
        codes = whole.codes.reshape(-1).rows(start, count);
        scales = whole.scales.rows(start / blockSize, BlockQuantization.blocks(count, blockSize));
    }

    @Override
    public boolean isDivisible(Backend on, long elements) {
        return codes.kernels() == on && elements % blockSize == 0;
    }

    @Override
    public StateTensor piece(long start, long count) {
        return new BlockState(this, start, count);
    }

    @Override
    public boolean isOpen(Backend on) {
        return false;
    }

    @Override
    public Tensor open(Backend on) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor flat = Transfer.to(on, codes).reshape(-1);
            Tensor values = on.dequantizeBlocks(flat, maps.get(on, slot.signed()), Transfer.to(on, scales), blockSize)
                    .reshape(slot.shape());
            return scope.escape(values.dtype() == wide ? values : values.cast(wide));
        }
    }

    @Override
    public void store(Backend on, Tensor updated, long key) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor flat = updated.dtype() == DType.FLOAT32 ? updated : updated.cast(DType.FLOAT32);
            if (codes.kernels() == on) {
                on.quantizeBlocks(flat.reshape(-1), maps.get(on, slot.signed()), codes.reshape(-1), scales, blockSize);
            } else {
                Tensor newCodes = Tensor.empty(on, DType.UINT8, codes.elementCount());
                Tensor newScales = Tensor.empty(on, DType.FLOAT32, scales.elementCount());
                on.quantizeBlocks(flat.reshape(-1), maps.get(on, slot.signed()), newCodes, newScales, blockSize);
                Transfer.copy(newCodes.reshape(slot.shape()), codes);
                Transfer.copy(newScales, scales);
            }
        }
    }

    @Override
    public void each(BiConsumer<String, Tensor> use) {
        use.accept("", codes);
        use.accept(".scales", scales);
    }

    @Override
    public void close() {
        codes.close();
        scales.close();
    }
}
