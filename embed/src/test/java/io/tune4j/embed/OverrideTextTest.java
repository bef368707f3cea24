// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OverrideTextTest {
    @Test
    void writesValuesAsYamlInOneLine() {
        assertThat(OverrideText.of("k", 2e-3)).isEqualTo("0.002");
        assertThat(OverrideText.of("k", true)).isEqualTo("true");
        assertThat(OverrideText.of("k", null)).isEqualTo("null");
        assertThat(OverrideText.of("k", "a: \"b\"\n# c")).isEqualTo("\"a: \\\"b\\\"\\n# c\"");
        assertThat(OverrideText.of("k", Path.of("a b"))).isEqualTo("\"a b\"");
        assertThat(OverrideText.of("k", Arrays.asList(1, "x", null))).isEqualTo("[1, \"x\", null]");
        assertThat(OverrideText.of("k", Map.of("a", List.of(1)))).isEqualTo("{\"a\": [1]}");
    }
}
