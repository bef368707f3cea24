// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.torch;

import static io.tune4j.engine.torch.TorchFiles.archive;
import static io.tune4j.engine.torch.TorchFiles.pickle;
import static io.tune4j.engine.torch.TorchFiles.tensor;
import static io.tune4j.engine.torch.TorchFiles.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The size of an archive limits what reading it may cost. */
class TorchArchiveTest {
    /** Each list holds the one before twice, so that the last holds 2 to the power of their number. */
    private static final String DOUBLING = doubling(60);

    @TempDir
    Path folder;

    private static String doubling(int times) {
        StringBuilder lists = new StringBuilder("]q\0" + "0");
        for (int i = 1; i <= times; i++) {
            lists.append("]q")
                    .append((char) i)
                    .append("(h")
                    .append((char) (i - 1))
                    .append('h')
                    .append((char) (i - 1));
            lists.append("e0");
        }
        return lists.append('h').append((char) times).toString();
    }

    private Map<String, TensorEntry> read(byte[] file) throws IOException {
        Path path = Files.write(folder.resolve("pytorch_model.bin"), file);
        return assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            try (Checkpoint weights = Checkpoint.open(path, List.of(new TorchFormat()))) {
                return Map.copyOf(weights.entries());
            }
        });
    }

    private void assertRefused(String instructions, String because) {
        assertThatThrownBy(() -> read(archive(pickle(instructions))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("pytorch_model.bin")
                .hasMessageContaining(because);
    }

    @Test
    void tensorsByNameAreRead() throws IOException {
        Map<String, TensorEntry> tensors =
                read(archive(pickle("\u0080\2}(" + text("a") + tensor("K\4\u0085", "K\1\u0085") + "u.")));
        assertThat(tensors).containsOnlyKeys("a");
        assertThat(tensors.get("a").shape()).containsExactly(4);
    }

    @Test
    void keysThatAreNoTextsAreLeftOut() throws IOException {
        assertThat(read(archive(pickle("}(" + DOUBLING + "K\1u.")))).isEmpty();
        // A list within itself, as a key; and a dictionary as a key of itself.
        assertThat(read(archive(pickle("}]q\0h\0a0(h\0K\1u.")))).isEmpty();
        assertThat(read(archive(pickle("}q\0(h\0K\1u.")))).isEmpty();
    }

    @Test
    void onlyTextsAreNames() {
        assertRefused(DOUBLING + text("x") + "\u0093.", "damaged");
        assertRefused("(" + text("storage") + "ctorch\nFloatStorage\n" + DOUBLING + "tQ.", "damaged");
        assertRefused("X\0\0\1\0" + "n".repeat(65_536) + "q\0h\0\u0093.", "damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {")K\1a.", "K\1\u0085(K\1e.", "K\1K\1a.", "}K\1a.", "]K\1K\1s.", ".", "t.", "h\7.", "R."})
    void whatNoPickleDoesIsRefused(String instructions) {
        assertRefused(instructions, "damaged");
    }

    @Test
    void shapesAreShort() {
        String shape = "(" + "K\1".repeat(65) + "tq\0";
        assertRefused("}(" + text("a") + tensor(shape, "h\0") + "u.", "65 dimensions");
    }

    @Test
    void lengthsAreNotNegative() {
        String shape = "J" + "\u00ff".repeat(4) + "J" + "\u00ff".repeat(4) + "\u0086";
        assertRefused("}(" + text("a") + tensor(shape, "K\1K\1\u0086") + "u.", "negative");
    }

    @Test
    void manyStepsAreRefusedEarly() {
        assertRefused("}".repeat(5_000_000) + ".", "more than any model");
    }

    @Test
    void storedFilesAreAsLongAsTheyAreStored() {
        byte[] whole = archive(pickle("}(" + text("a") + tensor("K\4\u0085", "K\1\u0085") + "u."));
        ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int last = -1;
        for (int i = 0; i + 4 <= whole.length; i++) {
            last = bytes.getInt(i) == 0x02014b50 ? i : last;
        }
        bytes.putInt(last + 24, 1 << 30);
        assertThatThrownBy(() -> read(whole)).isInstanceOf(DataException.class).hasMessageContaining("damaged");
    }
}
