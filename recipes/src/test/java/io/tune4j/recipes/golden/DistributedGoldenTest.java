// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Collective.Place;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.distributed.SharedCurve;
import io.tune4j.recipes.testing.TestedBackend;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two workers, which divide the sequences of each batch, have the curve of peft's single process. */
class DistributedGoldenTest {
    private static final double FP32_SLACK = 10;

    @Test
    @Timeout(120)
    void twoWorkersHaveTheCurveOfPeft() throws IOException {
        assumeThat(TestedBackend.NAME).isEqualTo("bytedeco");
        GoldenFixture fixture = GoldenFixture.all().get(0);
        String caseName = fixture.cases().get(0);
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        CompletableFuture<List<Double>> second =
                CompletableFuture.supplyAsync(() -> worker(fixture, caseName, port, 1));
        List<Double> losses = worker(fixture, caseName, port, 0);

        assertThat(second.join()).isEqualTo(losses);
        JsonNode curve = fixture.adapterCase(caseName).get("curve");
        double tolerance = Math.max(
                2e-5, FP32_SLACK * curve.path("max_rel_loss_diff_fp32_vs_fp64").asDouble());
        assertThat(losses).hasSize(curve.get("loss").size());
        for (int step = 0; step < losses.size(); step++) {
            double expected = curve.get("loss").get(step).asDouble();
            assertThat(losses.get(step) / expected).as("loss of step %s", step).isCloseTo(1, within(tolerance));
        }
    }

    private static List<Double> worker(GoldenFixture fixture, String caseName, int port, int rank) {
        JsonNode order = fixture.expected().get("batch_order");
        int steps = fixture.adapterCase(caseName).get("curve").get("loss").size();
        try (Backend backend = TestedBackend.open();
                GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName);
                Optimizer optimizer = LoraGoldenTest.optimizer(fixture, backend, model)) {
            return SharedCurve.losses(
                    new Place("127.0.0.1", port, rank, 2, Duration.ofSeconds(60)),
                    model.lossStep(),
                    model.parameters(),
                    optimizer,
                    steps,
                    step -> fixture.sequences(order.get(step).asInt()));
        }
    }
}
