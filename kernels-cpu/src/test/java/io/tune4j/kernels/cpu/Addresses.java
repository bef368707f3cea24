// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import java.nio.ByteBuffer;

/** Where a direct buffer lies. */
final class Addresses {
    static {
        PlainTwins.load();
    }

    private Addresses() {}

    static native long of(ByteBuffer buffer);
}
