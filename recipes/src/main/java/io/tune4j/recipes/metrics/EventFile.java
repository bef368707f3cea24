// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of TensorBoard's events: records in TensorFlow's TFRecord framing, of which each holds a message {@code Event}
 * (tensorflow/core/util/event.proto). A record is on disk when a method returns.
 */
final class EventFile implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";

    /** Added to a rotated checksum, as the TFRecord format says. */
    private static final int CHECKSUM_DELTA = 0xa282ead8;

    private static final int CHECKSUM_ROTATION = 15;
    private static final double NANOS = 1e9;

    // Fields of Event.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;

    /** SessionLog.status is START: readers drop events of this step and later ones that were written before. */
    private static final int START = 1;

    private final OutputStream out;
    private final Clock clock;

    /**
     * Begins a new file.
     *
     * @param clock gives each event its time
     */
    EventFile(Path file, Clock clock) throws IOException {
        this.clock = clock;
        out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
        write(event().text(FILE_VERSION, VERSION));
    }

    private ProtoMessage event() {
        Instant now = clock.instant();
        return new ProtoMessage().fixed64(WALL_TIME, now.getEpochSecond() + now.getNano() / NANOS);
    }

    /** Says that a run goes on: steps from this one on, of earlier files of the folder, do not count. */
    void restart(long step) throws IOException {
        write(event().varint(STEP, step).message(SESSION_LOG, new ProtoMessage().varint(1, START)));
    }

    /** Adds numbers of a step. */
    void scalars(long step, Map<String, Double> values) throws IOException {
        ProtoMessage summary = new ProtoMessage();
        values.forEach((tag, value) ->
                summary.message(1, new ProtoMessage().text(1, tag).fixed32(2, value.floatValue())));
        write(event().varint(STEP, step).message(SUMMARY, summary));
    }

    /** Adds a text of step 0, which TensorBoard shows as Markdown. */
    void text(String tag, String markdown) throws IOException {
        ProtoMessage plugin = new ProtoMessage().message(1, new ProtoMessage().text(1, "text"));
        // A TensorProto of dtype DT_STRING (7) and shape [1].
        ProtoMessage shape = new ProtoMessage().message(2, new ProtoMessage().varint(1, 1));
        ProtoMessage tensor = new ProtoMessage().varint(1, 7).message(2, shape).text(8, markdown);
        ProtoMessage value = new ProtoMessage().text(1, tag).message(8, tensor).message(9, plugin);
        write(event().varint(STEP, 0).message(SUMMARY, new ProtoMessage().message(1, value)));
    }

    private void write(ProtoMessage event) throws IOException {
        byte[] data = event.bytes();
        byte[] length =
                ProtoMessage.littleEndian(Long.BYTES).putLong(data.length).array();
        out.write(length);
        out.write(checksum(length));
        out.write(data);
        out.write(checksum(data));
        out.flush();
    }

    private static byte[] checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        int masked = Integer.rotateRight((int) crc.getValue(), CHECKSUM_ROTATION) + CHECKSUM_DELTA;
        return ProtoMessage.littleEndian(Integer.BYTES).putInt(masked).array();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
