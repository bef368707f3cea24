// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.threads;

/** Provides working memory for kernels. Many threads may use it at once. */
@FunctionalInterface
public interface ScratchSource {
    /** Opens what the caller closes: {@code try (Scratch scratch = source.open())}. */
    Scratch open();
}
