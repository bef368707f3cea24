// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLoadingTest {
    private static final String UNMAPPED =
            "java.lang.UnsatisfiedLinkError: a.so: failed to map segment from shared object";

    @TempDir
    Path folder;

    private String cause(String message, long bytes, String... mounts) {
        return NativeLoading.cause(message, folder, bytes, "CACHE=/other", List.of(mounts));
    }

    @Test
    void aFileSystemThatForbidsProgramsIsNamed() {
        String mount = "tmpfs " + folder + " tmpfs rw,noexec,relatime 0 0";
        assertThat(cause(UNMAPPED, 0, "root / ext4 rw 0 0", mount))
                .contains(folder.toString())
                .contains("noexec")
                .contains("CACHE=/other");
        assertThat(cause(UNMAPPED, 0, "proc / proc rw,noexec 0 0", "disk " + folder + " ext4 rw 0 0"))
                .contains("ulimit -v");
    }

    @Test
    void tooLittleAddressSpaceIsNotAMatterOfTheFolder() {
        assertThat(cause(UNMAPPED, 0, "root / ext4 rw 0 0")).contains("ulimit -v");
        assertThat(cause("a.so: cannot allocate memory in static TLS block", 0)).contains("ulimit -v");
    }

    @Test
    void aFullDiskIsNamedWithWhatIsFree() {
        assertThat(cause("libx.so: cannot open shared object file: No such file or directory", Long.MAX_VALUE))
                .contains(" free")
                .contains("CACHE=/other");
    }

    @Test
    void whatIsNotKnownIsNotGuessed() {
        assertThat(cause("a.so: undefined symbol: x", 0)).isNull();
        assertThat(NativeLoading.cause(new UnsatisfiedLinkError("x"), folder.resolve("a/b"), 0, "CACHE=/other"))
                .isNull();
    }
}
