package io.tune4j.api.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
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
    void ourOwnErrorsPassUnchanged() {
        UserException own = new UserException("as it is");
        assertThat(LibtorchErrors.translate(own)).isSameAs(own);
    }
}
