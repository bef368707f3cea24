// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the lines that were added to a file since the last call. An incomplete last line is read once it is complete. */
final class FollowedLines {
    private static final int BLOCK = 1 << 16;

    private final Path file;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private @Nullable Object key;
    private long position;

    FollowedLines(Path file) {
        this.file = file;
    }

    boolean exists() {
        return Files.isRegularFile(file);
    }

    /**
     * Reads the new lines.
     *
     * @param restarted called first if the file was replaced or truncated since the last call
     * @return whether there was a new line
     */
    boolean read(Runnable restarted, Consumer<String> lines) throws IOException {
        if (!exists()) {
            return false;
        }
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        boolean another = key != null && !key.equals(now.fileKey());
        key = now.fileKey();
        if (another || now.size() < position) {
            position = 0;
            line.reset();
            restarted.run();
        } else if (now.size() == position) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            while (channel.read(block.clear(), position) > 0) {
                position += block.flip().limit();
                while (block.hasRemaining()) {
                    byte next = block.get();
                    if (next == '\n') {
                        lines.accept(line.toString(StandardCharsets.UTF_8));
                        line.reset();
                    } else {
                        line.write(next);
                    }
                }
            }
        }
        return true;
    }
}
