// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.tokens;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The samples of a data set in files, each read on request: 8 bytes of a sample are in memory, the rest is the operating
 * system's to keep or not. Files are read by position instead of being mapped, since Java 17 cannot unmap them at a certain time, and a
 * mapped file that is cut short ends the JVM instead of throwing.
 */
public final class TokenStore extends AbstractList<TokenizedSample> implements RandomAccess, AutoCloseable {
    private static final int INDEX_AT_A_TIME = 1 << 15;

    private final Path folder;
    private final StoreSummary summary;
    private final FileChannel tokens;
    private final FileChannel index;
    private final FileChannel names;
    private final int[] lengths;
    /** The number of trained tokens; {@code -1 - count} if their weights differ. */
    private final int[] trained;

    private final Runnable whenClosed;

    private TokenStore(Path folder, StoreSummary summary, Runnable whenClosed) throws IOException {
        this.folder = folder;
        this.summary = summary;
        this.whenClosed = whenClosed;
        requireSize(folder.resolve(StoreFiles.INDEX), summary.samples());
        this.lengths = new int[(int) summary.samples()];
        this.trained = new int[lengths.length];
        List<FileChannel> opened = new ArrayList<>();
        try {
            for (String name : List.of(StoreFiles.TOKENS, StoreFiles.INDEX, StoreFiles.NAMES)) {
                opened.add(FileChannel.open(folder.resolve(name), StandardOpenOption.READ));
            }
        } catch (IOException e) {
            for (FileChannel channel : opened) {
                channel.close();
            }
            throw e;
        }
        this.tokens = opened.get(0);
        this.index = opened.get(1);
        this.names = opened.get(2);
    }

    /** Before memory is taken for so many samples. */
    private static void requireSize(Path index, long samples) throws IOException {
        long bytes = Files.size(index);
        if (samples < 0 || samples > Integer.MAX_VALUE || bytes != samples * StoreFiles.INDEX_BYTES) {
            throw new IOException(
                    StoreFiles.INDEX + " has " + bytes + " bytes, which is not what " + samples + " samples take");
        }
    }

    /**
     * Opens a folder that {@link TokenStoreWriter} wrote.
     *
     * @param whenClosed runs after the files were closed
     * @throws IOException if the files do not fit each other, or are of another format
     */
    static TokenStore open(Path folder, Runnable whenClosed) throws IOException {
        StoreSummary summary =
                new ObjectMapper().readValue(folder.resolve(StoreSummary.FILE).toFile(), StoreSummary.class);
        if (summary == null || summary.format() != StoreSummary.FORMAT) {
            throw new IOException("it has format " + (summary == null ? "null" : summary.format()) + " instead of "
                    + StoreSummary.FORMAT);
        }
        TokenStore store = new TokenStore(folder, summary, whenClosed);
        try {
            store.readIndex();
            return store;
        } catch (IOException e) {
            store.closeFiles();
            throw e;
        }
    }

    private void readIndex() throws IOException {
        ByteBuffer entries = buffer(INDEX_AT_A_TIME * StoreFiles.INDEX_BYTES);
        long bytes = 0;
        long nameEnd = 0;
        for (int first = 0; first < lengths.length; first += INDEX_AT_A_TIME) {
            int count = Math.min(INDEX_AT_A_TIME, lengths.length - first);
            entries.clear().limit(count * StoreFiles.INDEX_BYTES);
            fill(index, entries, (long) first * StoreFiles.INDEX_BYTES);
            for (int i = 0; i < count; i++) {
                long place = entries.getLong();
                lengths[first + i] = entries.getInt();
                trained[first + i] = entries.getInt();
                long nameBegin = nameEnd;
                nameEnd = entries.getLong();
                if (place != bytes || lengths[first + i] < 1 || !isNear(nameBegin, nameEnd)) {
                    throw new IOException("sample " + (first + i) + " is not where it should be");
                }
                bytes += StoreFiles.sampleBytes(lengths[first + i], trained[first + i] < 0);
            }
        }
        require(StoreFiles.TOKENS, tokens, bytes);
        require(StoreFiles.NAMES, names, nameEnd);
    }

    /** Whether a name may go from one place to the other. */
    private static boolean isNear(long begin, long end) {
        return begin <= end && end - begin <= Integer.MAX_VALUE;
    }

    private static void require(String name, FileChannel channel, long bytes) throws IOException {
        if (channel.size() != bytes) {
            throw new IOException(name + " has " + channel.size() + " bytes instead of " + bytes);
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void fill(FileChannel channel, ByteBuffer bytes, long place) throws IOException {
        long at = place;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, at);
            if (read < 0) {
                throw new EOFException("the file was cut short");
            }
            at += read;
        }
        bytes.flip();
    }

    /** The summary of all samples. */
    public StoreSummary summary() {
        return summary;
    }

    @Override
    public int size() {
        return lengths.length;
    }

    /** Tokens of a sample. */
    public int length(int sample) {
        return lengths[sample];
    }

    /** The number of all samples' trained tokens. */
    public long trainedTokens() {
        return IntStream.range(0, size()).mapToLong(this::trainedTokens).sum();
    }

    /** The number of a sample's trained tokens. */
    public int trainedTokens(int sample) {
        return trained[sample] < 0 ? -1 - trained[sample] : trained[sample];
    }

    /** The origin of a sample. */
    public String name(int sample) {
        try {
            return name(entry(sample), sample);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public TokenizedSample get(int sample) {
        int length = lengths[sample];
        try {
            ByteBuffer entry = entry(sample);
            boolean weighted = trained[sample] < 0;
            ByteBuffer bytes = buffer((int) StoreFiles.sampleBytes(length, weighted));
            fill(tokens, bytes, entry.getLong(0));
            int[] ids = new int[length];
            bytes.asIntBuffer().get(ids);
            float[] weights = new float[length];
            int mask = length * Integer.BYTES;
            if (weighted) {
                bytes.position(mask + StoreFiles.maskBytes(length));
                bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(weights);
            } else {
                for (int i = 0; i < length; i++) {
                    weights[i] = bytes.get(mask + i / Byte.SIZE) >> i % Byte.SIZE & 1;
                }
            }
            return new TokenizedSample(name(entry, sample), ids, weights);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private ByteBuffer entry(int sample) throws IOException {
        ByteBuffer entry = buffer(StoreFiles.INDEX_BYTES);
        fill(index, entry, (long) sample * StoreFiles.INDEX_BYTES);
        return entry;
    }

    private String name(ByteBuffer entry, int sample) throws IOException {
        int endAt = StoreFiles.INDEX_BYTES - Long.BYTES;
        long from = sample == 0 ? 0 : entry(sample - 1).getLong(endAt);
        ByteBuffer name = buffer((int) (entry.getLong(endAt) - from));
        fill(names, name, from);
        return new String(name.array(), StandardCharsets.UTF_8);
    }

    private DataException broken(IOException e) {
        return new DataException(
                "the tokens in " + folder + " cannot be read: " + e.getMessage()
                        + "; delete that folder, and the next run tokenizes again",
                e);
    }

    /**
     * Records that did not fit, each with the reason.
     *
     * @param most of them, the first ones
     */
    public List<String> unfit(long most) {
        try (Stream<String> lines = Files.lines(unfitFile())) {
            return lines.limit(most).toList();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The file with a line for each record that did not fit. */
    public Path unfitFile() {
        return folder.resolve(StoreFiles.UNFIT);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    private void closeFiles() throws IOException {
        tokens.close();
        index.close();
        names.close();
    }

    @Override
    public void close() {
        try {
            closeFiles();
        } catch (IOException e) {
            throw broken(e);
        } finally {
            whenClosed.run();
        }
    }
}
