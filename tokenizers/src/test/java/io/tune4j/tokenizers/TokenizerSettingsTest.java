// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenizerSettingsTest {
    /** Stored tokens are named after this text, so it must not change with the JVM, as the order of an unsorted map does. */
    @Test
    void theTextHasTheTokensInOrder() {
        Map<String, String> tokens = new HashMap<>();
        for (String name :
                new String[] {"unk_token", "bos_token", "pad_token", "eos_token", "cls_token", "sep_token", "mask_token"
                }) {
            tokens.put(name, "<" + name + ">");
        }
        assertThat(new TokenizerSettings(tokens, "").tokens().keySet())
                .containsExactly(
                        "bos_token", "cls_token", "eos_token", "mask_token", "pad_token", "sep_token", "unk_token");
    }
}
