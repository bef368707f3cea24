// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that the last bits of a result depend on besides the operands.
 *
 * @param processor its model
 * @param kernels the tier's name, or {@code none}
 * @param threads of a kernel
 * @param engines for a dtype and a kind of product, such as {@code fp32.dense}, the engine's name
 */
record Arithmetic(String processor, String kernels, int threads, Map<String, String> engines) {
    Arithmetic {
        engines = new TreeMap<>(engines);
    }

    /** Whether results on the other have the same bits if they choose the same engines. */
    boolean isSameMachine(Arithmetic other) {
        return processor.equals(other.processor) && kernels.equals(other.kernels) && threads == other.threads;
    }

    /** Reads what {@link #toString} wrote; empty if it was written by something else. */
    static Optional<Arithmetic> parse(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String part : text.split(";", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                values.put(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        String processor = values.remove("processor");
        String kernels = values.remove("kernels");
        String threads = values.remove("threads");
        if (processor == null || kernels == null || threads == null || !threads.matches("\\d{1,6}")) {
            return Optional.empty();
        }
        return Optional.of(new Arithmetic(processor, kernels, Integer.parseInt(threads), values));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                "processor=" + processor.replaceAll("[;=\\s]+", " ") + ";kernels=" + kernels + ";threads=" + threads);
        engines.forEach(
                (key, engine) -> text.append(';').append(key).append('=').append(engine));
        return text.toString();
    }
}
