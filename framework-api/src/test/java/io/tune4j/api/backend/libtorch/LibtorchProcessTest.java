// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import org.junit.jupiter.api.Test;

class LibtorchProcessTest {
    @Test
    void onlyOneBackendHasAPlace() {
        LibtorchProcess.claim("first");
        try {
            LibtorchProcess.claim("first");
            assertThatThrownBy(() -> LibtorchProcess.claim("second"))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("'second'", "'first'", "a process of its own");
        } finally {
            LibtorchProcess.release("first");
        }
        LibtorchProcess.claim("second");
        LibtorchProcess.release("second");
    }
}
