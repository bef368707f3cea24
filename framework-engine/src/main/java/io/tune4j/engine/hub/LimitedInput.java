// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a stream. */
final class LimitedInput extends FilterInputStream {
    private long left;

    LimitedInput(InputStream in, long length) {
        super(in);
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        int value = left > 0 ? super.read() : -1;
        left -= value < 0 ? 0 : 1;
        return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = left > 0 ? super.read(into, offset, (int) Math.min(length, left)) : length == 0 ? 0 : -1;
        left -= Math.max(0, count);
        return count;
    }
}
