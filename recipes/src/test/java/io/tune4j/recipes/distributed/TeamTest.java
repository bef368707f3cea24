// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Collective.Place;
import io.tune4j.api.error.UserException;
import io.tune4j.testkit.reference.JavaBackend;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TeamTest {
    @Test
    void workersOfDifferentVersionsAllSaySo() throws InterruptedException {
        List<String> versions = List.of("0.2.0", "0.2.0", "0.2.1");
        ExecutorService threads = Executors.newFixedThreadPool(versions.size());
        List<Future<String>> said = IntStream.range(0, versions.size())
                .mapToObj(rank -> threads.submit(() -> agree(rank, versions)))
                .toList();
        for (Future<String> each : said) {
            assertThat(text(each))
                    .contains("worker 2 has 'version of tune4j: 0.2.1', worker 0 has 'version of tune4j: 0.2.0'")
                    .doesNotContain("worker 1 has");
        }
        threads.shutdown();
    }

    /** What a worker says, empty if it agrees. */
    private static String agree(int rank, List<String> versions) {
        Place place = new Place("127.0.0.1", 4711, rank, versions.size(), Duration.ofSeconds(20));
        try (Backend backend = new JavaBackend(1) {};
                Team team = Team.join(backend, new Workers(place, rank, null))) {
            team.agree(List.of("version of tune4j: " + versions.get(rank), "WORLD_SIZE: 3"));
            return "";
        } catch (UserException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String text(Future<String> said) throws InterruptedException {
        try {
            return said.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }
}
