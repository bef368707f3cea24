// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomKeysTest {
    @Test
    void keysAreReproducibleAndDoNotCollideOverStepsAndNames() {
        Set<Long> keys = new HashSet<>();
        for (int step = 0; step < 200; step++) {
            for (int layer = 0; layer < 50; layer++) {
                String name = "model.layers." + layer + ".self_attn.q_proj";
                long key = RandomKeys.derive(RandomKeys.derive(42, step), name);
                assertThat(key).isEqualTo(RandomKeys.derive(RandomKeys.derive(42, step), name));
                keys.add(key);
            }
        }
        assertThat(keys).hasSize(200 * 50);
    }

    @Test
    void aZeroSeedIsAsGoodAsAnyOther() {
        assertThat(RandomKeys.derive(0, 0)).isNotZero().isNotEqualTo(RandomKeys.derive(0, 1));
    }

    /** Computed by another program from the Javadoc's formulas. */
    @Test
    void keysAreThoseOfTheSpecification() {
        assertThat(RandomKeys.derive(42, 7)).isEqualTo(0x4a29d4dbe99a2d8L);
        assertThat(RandomKeys.derive(42, "model.layers.0.self_attn.q_proj.lora_A"))
                .isEqualTo(0x5830255b99626da4L);
    }
}
