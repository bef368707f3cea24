// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.tokens;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored tokens that something else wrote over: they are made anew, or the step that reads them names the folder. */
class TokenFilesFuzzTest {
    @TempDir
    Path folder;

    @Test
    void stores() throws Exception {
        Fuzzing.run(new Stores(), folder, 1000);
    }

    /** The index and then the summary, in one input. */
    static final class Stores implements FuzzTarget {
        private static byte[] input(long samples, long... index) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(index.length / 3);
            ByteBuffer entries = ByteBuffer.allocate(index.length * Long.BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (long each : index) {
                entries.putLong(each);
            }
            bytes.write(entries.array());
            bytes.write(("{\"format\":3,\"description\":\"d\",\"samples\":" + samples
                            + ",\"tokens\":3,\"largestToken\":7,\"skipped\":0,\"unfit\":0,\"firstUnfit\":null,\"changes\":{},"
                            + "\"digest\":\"x\"}")
                    .getBytes(StandardCharsets.UTF_8));
            return bytes.toByteArray();
        }

        /** The length of a sample and its trained tokens, as one number of the index. */
        private static long counts(int length, int trained) {
            return length | (long) trained << 32;
        }

        @Override
        public List<byte[]> seeds() throws IOException {
            return List.of(
                    input(2, 0, counts(2, 1), 1, 9, counts(1, 1), 3),
                    input(1, 0, counts(3, 2), 3),
                    input(Long.MAX_VALUE, 0, counts(3, 2), 3),
                    input(-1),
                    input(2, 0, counts(2, 1), 2, 9, counts(1, 1), -1),
                    new byte[] {0, 'n', 'u', 'l', 'l'});
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            int entries =
                    input.length == 0 ? 0 : Math.min(input[0] & 0xff, (input.length - 1) / StoreFiles.INDEX_BYTES);
            int end = Math.min(input.length, 1 + entries * StoreFiles.INDEX_BYTES);
            int begin = Math.min(input.length, 1);
            Files.write(folder.resolve(StoreFiles.INDEX), java.util.Arrays.copyOfRange(input, begin, end));
            Files.write(folder.resolve(StoreSummary.FILE), java.util.Arrays.copyOfRange(input, end, input.length));
            Files.write(folder.resolve(StoreFiles.TOKENS), new byte[14]);
            Files.write(folder.resolve(StoreFiles.NAMES), new byte[3]);
            Files.write(folder.resolve(StoreFiles.UNFIT), new byte[0]);
            try (TokenStore store = TokenStore.open(folder, () -> {})) {
                for (TokenizedSample sample : store) {
                    sample.tokens();
                }
            } catch (IOException e) {
                // The cache makes them anew.
                throw new DataException("broken", e);
            }
        }
    }
}
