package io.tune4j.api.io;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.TuneException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.ObjLongConsumer;

/** Reads parts of files. */
public final class FileBytes {
    private FileBytes() {}

    /**
     * Reads a part piece by piece.
     *
     * @param user takes each piece, which it must not keep, with its offset in the part
     * @throws TuneException if the file cannot be read or ends before the part does
     */
    public static void forEachPiece(Path file, long byteOffset, long length, ObjLongConsumer<ByteBuffer> user) {
        ByteBuffer piece = Staging.buffer(length);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long offset = 0; offset < length; offset += piece.limit()) {
                piece.clear().limit((int) Math.min(piece.capacity(), length - offset));
                while (piece.hasRemaining()) {
                    if (channel.read(piece, byteOffset + offset + piece.position()) < 0) {
                        throw new DataException(file + " ends before byte " + (byteOffset + length)
                                + "; it was changed while it was in use");
                    }
                }
                user.accept(piece.flip(), offset);
            }
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
