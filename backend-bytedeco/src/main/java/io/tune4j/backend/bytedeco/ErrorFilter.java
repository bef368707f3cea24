// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/**
 * Holds back what is written to the error stream while libraries load, and passes on the lines that are wanted: JavaCPP
 * warns there that openblas has another version than it, which is so on purpose (the parent pom chooses the set).
 */
final class ErrorFilter implements AutoCloseable {
    private final Predicate<String> wanted;
    private final PrintStream original = System.err;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    ErrorFilter(Predicate<String> wanted) {
        this.wanted = wanted;
        System.setErr(new PrintStream(held, true, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        System.setErr(original);
        held.toString(StandardCharsets.UTF_8).lines().filter(wanted).forEach(original::println);
    }
}
