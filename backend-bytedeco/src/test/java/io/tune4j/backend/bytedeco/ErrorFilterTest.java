// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ErrorFilterTest {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        System.setErr(before);
    }

    @Test
    void wantedLinesPassOthersDoNotAndTheStreamIsGivenBack() {
        PrintStream own = new PrintStream(seen, true, StandardCharsets.UTF_8);
        System.setErr(own);
        try (ErrorFilter filter = new ErrorFilter(line -> !line.startsWith("Warning: Versions"))) {
            System.err.println("Warning: Versions of a and b do not match");
            System.err.println("größer");
            System.err.print("last line without an end");
        }
        assertThat(System.err).isSameAs(own);
        assertThat(seen.toString(StandardCharsets.UTF_8).lines()).containsExactly("größer", "last line without an end");
    }

    @Test
    void theStreamIsGivenBackAfterAnError() {
        PrintStream own = new PrintStream(seen, true, StandardCharsets.UTF_8);
        System.setErr(own);
        try (ErrorFilter filter = new ErrorFilter(line -> true)) {
            System.err.println("on the way");
            throw new IllegalStateException("thrown");
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("thrown");
        }
        assertThat(System.err).isSameAs(own);
        assertThat(seen.toString(StandardCharsets.UTF_8)).contains("on the way");
    }
}
