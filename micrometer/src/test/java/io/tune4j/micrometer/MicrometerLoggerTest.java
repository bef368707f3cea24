// SPDX-License-Identifier: Apache-2.0
package io.tune4j.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.train.MetricLogger;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class MicrometerLoggerTest {
    private static double gauge(SimpleMeterRegistry registry, String name) {
        return registry.get(name).tag("run", "a").gauge().value();
    }

    @Test
    void gaugesFollowTheNewestStepAndGoWithTheRun() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (MetricLogger logger = new MicrometerLogger(registry, "a")) {
            logger.log(1, Map.of("loss", 2.5));
            assertThat(gauge(registry, "tune4j.loss")).isEqualTo(2.5);
            logger.log(2, Map.of("loss", 2.25, "lr", 1e-3));
            assertThat(gauge(registry, "tune4j.loss")).isEqualTo(2.25);
            assertThat(gauge(registry, "tune4j.lr")).isEqualTo(1e-3);
            assertThat(gauge(registry, "tune4j.step")).isEqualTo(2);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void thePluginIsFoundByItsService() {
        assertThat(ServiceLoader.load(Plugin.class).stream()
                        .map(provider -> provider.get().id()))
                .contains("micrometer");
    }
}
