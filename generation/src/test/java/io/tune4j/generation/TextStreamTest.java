// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.testkit.toy.ByteTokenizer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    private final ByteTokenizer tokenizer = new ByteTokenizer();

    @Property(tries = 200)
    void piecesAreTheWholeAndNoCharacterIsBroken(@ForAll @StringLength(max = 40) String any) {
        // A lone surrogate is no text that a tokenizer could give.
        String text = any.replaceAll("[\\ud800-\\udfff\\ufffd]", "x");
        TextStream stream = new TextStream(tokenizer, List.of());
        StringBuilder pieces = new StringBuilder();
        for (int id : tokenizer.encode(text)) {
            String more = stream.add(id);
            assertThat(more).doesNotContain("\ufffd");
            pieces.append(more);
        }
        pieces.append(stream.end());
        assertThat(pieces.toString()).isEqualTo(text);
        assertThat(stream.text()).isEqualTo(text);
    }

    @Test
    void aStopStringIsNeverShownNorAnythingAfterIt() {
        TextStream stream = new TextStream(tokenizer, List.of("###", "END"));
        StringBuilder shown = new StringBuilder();
        for (int id : tokenizer.encode("a ## b E## EN done##")) {
            shown.append(stream.add(id));
        }
        assertThat(stream.isStopped()).isFalse();
        // The two signs at the end may be the beginning of a stop string.
        assertThat(shown.toString()).isEqualTo("a ## b E## EN done");
        for (int id : tokenizer.encode("#more")) {
            shown.append(stream.add(id));
        }
        shown.append(stream.end());
        assertThat(stream.isStopped()).isTrue();
        assertThat(shown.toString()).isEqualTo("a ## b E## EN done");
        assertThat(stream.text()).isEqualTo("a ## b E## EN done");
    }

    @Test
    void theEndShowsWhatMightHaveBecomeAStopString() {
        TextStream stream = new TextStream(tokenizer, List.of("###"));
        for (int id : tokenizer.encode("a##")) {
            stream.add(id);
        }
        assertThat(stream.end()).isEqualTo("##");
        assertThat(stream.text()).isEqualTo("a##");
    }
}
