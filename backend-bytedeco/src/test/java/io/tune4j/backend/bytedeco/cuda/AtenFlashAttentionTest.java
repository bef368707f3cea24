// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.backend.bytedeco.TestBackends;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The CPU's libtorch has the operations' schemas but not the operations, so it refuses the device only if all arguments fit. */
class AtenFlashAttentionTest {
    @BeforeAll
    static void load() {
        TestBackends.load();
    }

    private static Tensor bf16(TorchWork work, long... shape) {
        return work.keep(work.keep(torch.zeros(shape)).to(ScalarType.BFloat16));
    }

    private static FlashAttention.Rows rows(TorchWork work) {
        Tensor starts = work.keep(work.keep(torch.zeros(2)).to(ScalarType.Int));
        return new FlashAttention.Rows(bf16(work, 4, 2, 8), bf16(work, 4, 1, 8), bf16(work, 4, 1, 8), starts, 4, 0.5);
    }

    @Test
    void theForwardFitsItsSchema() {
        try (TorchWork work = new TorchWork()) {
            assertThatThrownBy(() -> new AtenFlashAttention().forward(rows(work)))
                    .hasMessageContaining("Could not run 'aten::_flash_attention_forward'")
                    .hasMessageContaining("'CPU' backend");
        }
    }

    @Test
    void theBackwardFitsItsSchema() {
        try (TorchWork work = new TorchWork()) {
            Tensor rows = bf16(work, 4, 2, 8);
            Tensor logSumExp = work.keep(torch.zeros(2, 4));
            assertThatThrownBy(() -> new AtenFlashAttention().backward(rows, rows(work), rows, logSumExp))
                    .hasMessageContaining("Could not run 'aten::_flash_attention_backward'")
                    .hasMessageContaining("'CPU' backend");
        }
    }
}
