// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LibtorchErrorsTest {
    @Test
    void otherTextsAreOurBugsWithTheFirstLineOnly() {
        assertThat(LibtorchErrors.translate(new RuntimeException("shape mismatch\nat native frame")))
                .isInstanceOf(InternalException.class)
                .hasMessage("libtorch refused an operation: shape mismatch");
        assertThat(LibtorchErrors.translate(new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB")))
                .isInstanceOf(ResourceException.class);
    }

    @Test
    void whatWasAskedForIsToldApart() {
        assertThat(asked(
                        "[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: can't allocate memory: you tried to"
                                + " allocate 400 bytes. Error code 12"))
                .isEqualTo("400 bytes");
        assertThat(asked("CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 80 GiB"))
                .isEqualTo("2.50 GiB");
        assertThat(asked("std::bad_alloc")).isNull();
    }

    private static @Nullable String asked(String text) {
        return ((MemoryException) LibtorchErrors.translate(new RuntimeException(text))).asked();
    }

    @Test
    void ourOwnErrorsPassUnchanged() {
        UserException own = new UserException("as it is");
        assertThat(LibtorchErrors.translate(own)).isSameAs(own);
    }
}
