// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.tokens;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Writes the samples of a data set, one after the other, to a folder. */
final class TokenStoreWriter implements SampleSink, AutoCloseable {
    private static final int BUFFER = 1 << 18;
    private static final int BETWEEN_REPORTS = 4096;

    private final Path folder;
    private final OutputStream tokens;
    private final OutputStream index;
    private final OutputStream names;
    private final OutputStream unfit;
    private final MessageDigest digest = Sha256.start();
    private final LongConsumer progress;

    private long count;
    private long place;
    private long nameEnd;
    private long tokenCount;
    private int largest;
    private long skippedCount;
    private long unfitCount;
    private @Nullable String firstUnfit;
    private final Map<String, Long> changes = new TreeMap<>();

    /** @param progress gets the number of samples from time to time */
    TokenStoreWriter(Path folder, LongConsumer progress) throws IOException {
        this.folder = folder;
        this.progress = progress;
        this.tokens = open(StoreFiles.TOKENS);
        this.index = open(StoreFiles.INDEX);
        this.names = open(StoreFiles.NAMES);
        this.unfit = open(StoreFiles.UNFIT);
    }

    private OutputStream open(String name) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), BUFFER);
    }

    @Override
    public void sample(TokenizedSample sample) {
        try {
            write(sample);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sample.changes().forEach(change -> changes.merge(change, 1L, Long::sum));
        count++;
        if (count % BETWEEN_REPORTS == 0) {
            progress.accept(count);
        }
    }

    private void write(TokenizedSample sample) throws IOException {
        int[] ids = sample.tokens();
        boolean weighted = isWeighted(sample);
        ByteBuffer bytes = buffer((int) StoreFiles.sampleBytes(ids.length, weighted));
        for (int id : ids) {
            bytes.putInt(id);
            largest = Math.max(largest, id);
        }
        int mask = bytes.position();
        for (int i = 0; i < ids.length; i++) {
            if (sample.isTrained(i)) {
                int at = mask + i / Byte.SIZE;
                bytes.put(at, (byte) (bytes.get(at) | 1 << i % Byte.SIZE));
            }
        }
        if (weighted) {
            bytes.position(mask + StoreFiles.maskBytes(ids.length));
            for (float weight : sample.weights()) {
                bytes.putFloat(weight);
            }
        }
        tokens.write(bytes.array());
        digest.update(bytes.array());
        byte[] name = sample.id().getBytes(StandardCharsets.UTF_8);
        names.write(name);
        nameEnd += name.length;
        index.write(buffer(StoreFiles.INDEX_BYTES)
                .putLong(place)
                .putInt(ids.length)
                .putInt(weighted ? -1 - sample.trainedTokens() : sample.trainedTokens())
                .putLong(nameEnd)
                .array());
        place += bytes.capacity();
        tokenCount += ids.length;
    }

    private static boolean isWeighted(TokenizedSample sample) {
        for (float weight : sample.weights()) {
            if (weight != 0 && weight != 1) {
                return true;
            }
        }
        return false;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** All of them are counted; whether one ends the run is for the reader to say. */
    @Override
    public void unfit(DataException reason, boolean skips) {
        String why = String.valueOf(reason.getMessage());
        if (skips) {
            skippedCount++;
        } else {
            unfitCount++;
            firstUnfit = firstUnfit == null ? why : firstUnfit;
        }
        try {
            unfit.write((why.replaceAll("\\R", " ") + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the description of the store, after everything else. */
    void finish(String description) throws IOException {
        close();
        StoreSummary summary = new StoreSummary(
                StoreSummary.FORMAT,
                description,
                count,
                tokenCount,
                largest,
                skippedCount,
                unfitCount,
                firstUnfit,
                changes,
                HexFormat.of().formatHex(digest.digest()));
        new ObjectMapper().writeValue(folder.resolve(StoreSummary.FILE).toFile(), summary);
    }

    @Override
    public void close() throws IOException {
        for (OutputStream stream : new OutputStream[] {tokens, index, names, unfit}) {
            stream.close();
        }
    }
}
