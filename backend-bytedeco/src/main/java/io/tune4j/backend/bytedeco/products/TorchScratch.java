// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import io.tune4j.kernels.cpu.threads.Scratch;

/** Memory for kernels from libtorch's allocator, which aligns to 64 bytes. */
public final class TorchScratch implements Scratch {
    private final TorchWork work = new TorchWork();

    @Override
    public long take(long bytes) {
        return work.memory(bytes);
    }

    @Override
    public void close() {
        work.close();
    }
}
