// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.ResourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Valid and invalid values of PYTORCH_LIBRARY_PATH. */
class NativeFilesTest {
    @TempDir
    Path libtorch;

    private Path lib(String build, String... libraries) throws IOException {
        Path lib = Files.createDirectories(libtorch.resolve("lib"));
        for (String library : libraries) {
            Files.writeString(lib.resolve(System.mapLibraryName(library)), "");
        }
        if (!build.isEmpty()) {
            Files.writeString(libtorch.resolve("build-version"), build + "\n");
        }
        return lib;
    }

    @Test
    void theRightOneIsTaken() throws IOException {
        Path lib = lib("2.7.1+cu128", "torch", "torch_cpu", "c10", "torch_cuda", "c10_cuda");
        NativeFiles files = NativeFiles.chosenByUser(lib);
        assertThat(files.hasCuda()).isTrue();
        assertThat(files.describe()).contains("2.7.1", "cu128", lib.toString());
    }

    @Test
    void aFolderWithoutLibtorchIsRefusedWithWhatIsMissing() throws IOException {
        Path lib = lib("", "torch");
        assertThatThrownBy(() -> NativeFiles.chosenByUser(lib))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(
                        "PYTORCH_LIBRARY_PATH=" + lib,
                        "it has no " + System.mapLibraryName("torch_cpu") + ", " + System.mapLibraryName("c10"),
                        "2.7.1",
                        "unset it");
    }

    @Test
    void anotherVersionIsRefusedWithTheOneThatIsNeeded() throws IOException {
        Path lib = lib("2.8.0+cu128", "torch", "torch_cpu", "c10", "torch_cuda", "c10_cuda");
        assertThatThrownBy(() -> NativeFiles.chosenByUser(lib))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll("libtorch 2.8.0+cu128", "made for 2.7.1", "cu128");
    }

    @Test
    void anotherCudaIsRefused() throws IOException {
        Path lib = lib("2.7.1+cu118", "torch", "torch_cpu", "c10", "torch_cuda", "c10_cuda");
        assertThatThrownBy(() -> NativeFiles.chosenByUser(lib)).hasMessageContaining("2.7.1+cu118");
    }

    @Test
    void halfACudaIsRefused() throws IOException {
        Path lib = lib("", "torch", "torch_cpu", "c10", "torch_cuda");
        assertThatThrownBy(() -> NativeFiles.chosenByUser(lib))
                .hasMessageContaining("no " + System.mapLibraryName("c10_cuda"));
    }
}
