// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import io.tune4j.app.workers.Launch.Options;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LaunchTest {
    private static final Options NONE = new Options(null, null, null, null, null, null);

    private static Launch of(String nodes, String perNode, String node, String endpoint) {
        return Launch.of(new Options(nodes, perNode, node, endpoint, null, null), Map.of());
    }

    @Test
    void withoutOptionsThereIsOneProcess() {
        assertThat(Launch.of(NONE, Map.of()).isSingle()).isTrue();
    }

    @Test
    void workersOfAMachineMeetAtAFreePort() {
        Launch launch = of("1", "2", null, null);
        assertThat(launch.size()).isEqualTo(2);
        assertThat(launch.host()).isEqualTo("127.0.0.1");
        assertThat(launch.environment(1))
                .containsEntry("RANK", "1")
                .containsEntry("LOCAL_RANK", "1")
                .containsEntry("WORLD_SIZE", "2")
                .containsEntry("LOCAL_WORLD_SIZE", "2")
                .containsEntry("MASTER_PORT", String.valueOf(launch.port()));
    }

    @Test
    void machinesCountOn() {
        Launch launch = of("3", "4", "2", "host0:1234");
        assertThat(launch.environment(1))
                .containsEntry("RANK", "9")
                .containsEntry("WORLD_SIZE", "12")
                .containsEntry("MASTER_ADDR", "host0")
                .containsEntry("MASTER_PORT", "1234");
        assertThat(of("2", "1", "0", "[::1]:1234").host()).isEqualTo("::1");
    }

    @Test
    void kubeflowsVariablesAreOptions() {
        Launch launch = Launch.of(
                NONE,
                Map.of(
                        "PET_NNODES", "2",
                        "PET_NPROC_PER_NODE", "auto",
                        "PET_NODE_RANK", "1",
                        "PET_MASTER_ADDR", "job-0.job",
                        "PET_MASTER_PORT", "29400"));
        assertThat(launch).isEqualTo(new Launch(2, 1, 1, "job-0.job", 29_400));
    }

    @Test
    void wrongOptionsAreRefused() {
        assertRefused(() -> of("2", "1", null, "host0:1"), "--node_rank 0");
        assertRefused(() -> of("2", "1", "0", null), "--rdzv_endpoint HOST:PORT");
        assertRefused(() -> of("2", "1", "2", "host0:1"), "--node_rank is '2'; expected a whole number from 0 to 1");
        assertRefused(() -> of("1:4", "1", null, null), "does not change during a run");
        assertRefused(() -> of("1", "gpu", null, null), "--nproc_per_node is 'gpu'");
        assertRefused(() -> of("1", "2", null, "host0:99999"), "--rdzv_endpoint is '99999'");
    }

    private static void assertRefused(ThrowingCallable call, String words) {
        assertThatThrownBy(call).isInstanceOf(UserException.class).hasMessageContaining(words);
    }
}
