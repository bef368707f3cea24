// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Map;

/** The scalers of a matrix's blocks, as they are kept. */
sealed interface BlockScales extends AutoCloseable {
    /** {@code [blocks]}, a tensor of the caller's scope. */
    Tensor unpacked(Backend backend);

    /** The stored tensors, by name. */
    Map<String, Tensor> tensors();

    @Override
    void close();

    /**
     * One number for each block.
     *
     * @param scales fp32 {@code [blocks]}
     */
    record Plain(Tensor scales) implements BlockScales {
        static final String SCALES = "scales";

        public Plain {
            TensorScope.detach(scales);
        }

        @Override
        public Tensor unpacked(Backend backend) {
            return scales.rows(0, scales.elementCount());
        }

        @Override
        public Map<String, Tensor> tensors() {
            return Map.of(SCALES, scales);
        }

        @Override
        public void close() {
            scales.close();
        }
    }

    /**
     * {@code (code - 128) / factor + mean} (Dettmers et al. 2023, section 3).
     *
     * @param codes uint8 {@code [scaler blocks, scaler block size]}, the last block padded
     * @param factors {@code [scaler blocks, 1]} in the dtype of the rounding
     * @param mean of that dtype {@code [1]}
     * @param blocks how many there are without padding
     */
    record Quantized(Tensor codes, Tensor factors, Tensor mean, long blocks) implements BlockScales {
        static final String CODES = "scaler_codes";
        static final String FACTORS = "scaler_factors";
        static final String MEAN = "scaler_mean";

        public Quantized {
            TensorScope.detach(codes);
            TensorScope.detach(factors);
            TensorScope.detach(mean);
        }

        @Override
        public Tensor unpacked(Backend backend) {
            try (TensorScope scope = TensorScope.open()) {
                return scope.escape(
                        backend.dequantizeScales(codes, factors, mean).rows(0, blocks));
            }
        }

        @Override
        public Map<String, Tensor> tensors() {
            return Map.of(CODES, codes, FACTORS, factors, MEAN, mean);
        }

        @Override
        public void close() {
            codes.close();
            factors.close();
            mean.close();
        }
    }
}
