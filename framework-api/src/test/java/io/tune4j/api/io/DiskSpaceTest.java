// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.ResourceException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    @TempDir
    Path directory;

    @Test
    void tooMuchIsRefusedWithBothNumbers() {
        assertThatThrownBy(() -> DiskSpace.require(directory, 1L << 60, "the checkpoint"))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll("the checkpoint", directory.toString(), "needed 1.0 EiB", "free ");
    }

    @Test
    void directoryNeedNotExistYet() {
        Path later = directory.resolve("a/b/c");

        assertThat(DiskSpace.free(later)).isPositive().isLessThan(Long.MAX_VALUE);
        assertThatCode(() -> DiskSpace.require(later, 1, "a byte")).doesNotThrowAnyException();
    }
}
