// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import static io.tune4j.backend.bytedeco.libtorch.Torch.bytes;

import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.backend.host.FourBitDecoder;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.kernels.cpu.threads.Parallel;

/** Weights of four bits unpacked in Java, where there are no kernels in C. */
final class HostFourBits implements KernelSet {
    private final FourBitDecoder decoder;

    HostFourBits(Parallel parallel) {
        decoder = new FourBitDecoder(parallel.threads(), parallel::each);
    }

    @Override
    public boolean dequantize(FourBitCodes weight, Tensor target) {
        DType scales = weight.scales().dtype();
        if (!FourBitDecoder.supports(scales, target.dtype()) || target.byteSize() > Integer.MAX_VALUE) {
            return false;
        }
        decoder.decode(
                bytes(weight.codes().array()),
                weight.levels().toFloats(),
                bytes(weight.scales().array()),
                scales,
                weight.blockSize(),
                bytes(target.array()),
                target.dtype());
        return true;
    }
}
