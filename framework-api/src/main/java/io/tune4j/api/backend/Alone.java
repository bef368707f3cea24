// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.tensor.Tensor;
import java.util.List;

/** A single worker: what it sends, it receives. */
final class Alone implements Backend.Collective {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public List<byte[]> exchange(byte[] own) {
        return List.of(own);
    }

    @Override
    public void distribute(Tensor sent, Tensor received, long[] lengths) {
        received.copyFrom(sent);
    }

    @Override
    public void gather(Tensor own, Tensor all) {
        all.copyFrom(own);
    }

    @Override
    public void working() {
        // Nobody waits.
    }

    @Override
    public void fail(String reason) {
        // Nobody hears it.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
