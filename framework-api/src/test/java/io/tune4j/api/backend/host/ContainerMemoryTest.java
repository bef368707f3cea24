// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerMemoryTest {
    @TempDir
    private Path folder;

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private long limit() {
        return new ContainerMemory(folder.resolve("cgroup"), folder.resolve("fs")).limit();
    }

    @Test
    void theLowestLimitOnTheWayUpCounts() throws IOException {
        write("cgroup", "0::/outer/inner\n");
        assertThat(limit()).isEqualTo(Long.MAX_VALUE);
        write("fs/outer/inner/memory.max", "max\n");
        assertThat(limit()).isEqualTo(Long.MAX_VALUE);
        write("fs/outer/memory.max", "1000000\n");
        assertThat(limit()).isEqualTo(1_000_000);
        write("fs/outer/inner/memory.max", "2000\n");
        assertThat(limit()).isEqualTo(2000);
    }

    @Test
    void theFirstVersionHasAControllerOfItsOwn() throws IOException {
        write("cgroup", "5:cpu,cpuacct:/x\n4:memory:/x\n");
        write("fs/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(limit()).isEqualTo(Long.MAX_VALUE);
        write("fs/memory/x/memory.limit_in_bytes", "4096\n");
        assertThat(limit()).isEqualTo(4096);
    }

    @Test
    void withoutControlGroupsThereIsNoLimit() {
        assertThat(limit()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theProcessKnowsWhatIsResident() {
        ProcessMemory.Resident resident = ProcessMemory.resident();
        assertThat(resident.anonymous()).isPositive();
        assertThat(resident.total()).isEqualTo(resident.anonymous() + resident.fileBacked());
        assertThat(ProcessMemory.hostBytes()).isNotNegative();
    }
}
