// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A stream into an {@link AtomicFile}; closing it does nothing, because only the file knows whether it is complete. */
final class AtomicFileStream extends OutputStream {
    private final AtomicFile file;

    AtomicFileStream(AtomicFile file) {
        this.file = file;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        file.write(ByteBuffer.wrap(bytes, offset, length));
    }
}
