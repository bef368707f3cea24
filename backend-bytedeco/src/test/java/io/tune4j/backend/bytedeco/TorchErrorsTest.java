package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import org.junit.jupiter.api.Test;

class TorchErrorsTest {
    @Test
    void memoryThatCannotBeHadIsAResourceError() {
        BackendOptions options = new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {});
        try (Backend backend = new BytedecoBackendFactory().create(options)) {
            assertThatThrownBy(() -> Tensor.empty(backend, DType.FLOAT64, 1L << 52))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContaining("out of memory")
                    .hasMessageContaining("batch_size");
        }
    }

    @Test
    void otherTextsAreOurBugsWithTheFirstLineOnly() {
        assertThat(TorchErrors.translate(new RuntimeException("shape mismatch\nat native frame")))
                .isInstanceOf(InternalException.class)
                .hasMessage("libtorch refused an operation: shape mismatch");
        assertThat(TorchErrors.translate(new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB")))
                .isInstanceOf(ResourceException.class);
    }

    @Test
    void ourOwnErrorsPassUnchanged() {
        UserException own = new UserException("as it is");
        assertThat(TorchErrors.translate(own)).isSameAs(own);
    }
}
