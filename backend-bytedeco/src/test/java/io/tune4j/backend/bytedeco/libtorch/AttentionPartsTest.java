// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.backend.bytedeco.libtorch.AttentionParts.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AttentionPartsTest {
    private record Place(int row, int head) {}

    @Property(tries = 300)
    void everyQueryOfEveryHeadIsInOnePart(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 900) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 9) int heads,
            @ForAll @IntRange(min = 1, max = 9) int threads) {
        SequenceLayout layout = SequenceLayout.ofLengths(
                lengths.stream().mapToInt(Integer::intValue).toArray());
        Set<Place> seen = new HashSet<>();
        for (Part part : AttentionParts.of(layout, heads, 2, 64, threads)) {
            assertThat(part.from() % 64).isZero();
            assertThat(part.to()).isLessThanOrEqualTo(part.sequence().length());
            for (int head = part.firstHead(); head < part.firstHead() + part.heads(); head++) {
                for (int query = part.from(); query < part.to(); query++) {
                    assertThat(seen.add(new Place(part.sequence().start() + query, head)))
                            .isTrue();
                }
            }
        }
        assertThat(seen).hasSize(layout.rows() * heads);
    }

    @Test
    void itIsDividedOnlyAsFarAsKeepsTheThreadsBusy() {
        SequenceLayout two = SequenceLayout.ofLengths(512, 512);
        SequenceLayout one = SequenceLayout.ofLengths(2048);
        assertThat(AttentionParts.of(one, 3, 3, 128, 1)).hasSize(1);
        assertThat(AttentionParts.of(two, 3, 3, 128, 2)).as("a sequence each").hasSize(2);
        assertThat(AttentionParts.of(one, 4, 3, 128, 2)).as("two heads each").hasSize(4);
        assertThat(AttentionParts.of(one, 3, 3, 128, 2))
                .as("three heads are not two threads' work")
                .hasSizeGreaterThan(3)
                .anyMatch(part -> !part.isWhole());
    }
}
