// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import org.junit.jupiter.api.Test;

class UnusablePathTest {
    private static final InvalidPathException UNMAPPABLE =
            new InvalidPathException("gr\ufffd\ufffde", "Malformed input");

    @Test
    void theLocaleIsToBlameWhereItsEncodingIsTooSmall() {
        assertThat(UnusablePath.reason(UNMAPPABLE, StandardCharsets.US_ASCII))
                .contains("US-ASCII", "set LC_ALL=C.UTF-8");
        assertThat(UnusablePath.reason(new InvalidPathException("\u6a21", "Malformed"), StandardCharsets.ISO_8859_1))
                .contains("ISO-8859-1", "set LC_ALL=C.UTF-8");
    }

    @Test
    void elseTheNameIs() {
        assertThat(UnusablePath.reason(UNMAPPABLE, StandardCharsets.UTF_8))
                .isEqualTo("Malformed input; choose another name");
        assertThat(UnusablePath.reason(
                        new InvalidPathException("a\0b", "Nul character not allowed"), StandardCharsets.US_ASCII))
                .isEqualTo("Nul character not allowed; choose another name");
    }

    @Test
    void itIsFoundAmongCauses() {
        assertThat(UnusablePath.in(new IllegalStateException(new RuntimeException(UNMAPPABLE))))
                .isSameAs(UNMAPPABLE);
        assertThat(UnusablePath.in(new IllegalStateException())).isNull();
    }
}
